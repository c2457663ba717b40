BEGIN TRANSACTION;
CREATE TABLE account (
	id INTEGER NOT NULL, 
	source INTEGER NOT NULL, 
	hash BIGINT NOT NULL, 
	"key" TEXT NOT NULL, 
	fields TEXT NOT NULL, 
	followers BIGINT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(source) REFERENCES source (id)
);
INSERT INTO "account" VALUES(1,1,1641711888648898846,'ann','{"handle":[1,"1","ann.example"],"followers":[1,"1",7]}',7);
INSERT INTO "account" VALUES(2,1,-2092897908503156878,'ben','{}',NULL);
INSERT INTO "account" VALUES(5,2,1006947437962708351,'eve','{}',NULL);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE aside (
	source INTEGER NOT NULL, 
	lane TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	reason TEXT NOT NULL, 
	sample TEXT NOT NULL, 
	seen_at BIGINT NOT NULL, 
	PRIMARY KEY (source, lane, at, reason), 
	FOREIGN KEY(source) REFERENCES source (id)
);
CREATE TABLE assertion (
	id INTEGER NOT NULL, 
	post INTEGER NOT NULL, 
	via INTEGER NOT NULL, 
	"key" TEXT, 
	version TEXT NOT NULL, 
	change TEXT NOT NULL, 
	account INTEGER, 
	posted_at BIGINT, 
	collected_at BIGINT NOT NULL, 
	content TEXT NOT NULL, 
	found TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(account) REFERENCES account (id), 
	FOREIGN KEY(post) REFERENCES post (id), 
	FOREIGN KEY(via) REFERENCES source (id)
);
INSERT INTO "assertion" VALUES(1,1,1,NULL,'1','made',1,1782864000000000,1785542400000000,'{"text":"first by ann","links":[{"address":"https://doi.org/10.5555/work0"}]}','[[1,"discusses","link","https://doi.org/10.5555/work0","doi-address",1.0,null,null]]');
INSERT INTO "assertion" VALUES(2,2,1,NULL,'1','made',2,1782864000000000,1785542400000000,'{"text":"second by ben"}','[]');
INSERT INTO "assertion" VALUES(5,6,3,'e1','1','made',5,1782950400000000,1785542400000000,'{"links":[{"address":"https://doi.org/10.5555/work1","relation":"references"}]}','[[2,"references","link","https://doi.org/10.5555/work1","doi-address",1.0,null,null]]');
INSERT INTO "assertion" VALUES(6,6,3,'e2','1','made',NULL,NULL,1785542400000000,'{"text":"also","links":[{"address":"https://doi.org/10.5555/work1","relation":"references"}]}','[[2,"references","link","https://doi.org/10.5555/work1","doi-address",1.0,null,null]]');
CREATE TABLE cursor (
	source INTEGER NOT NULL, 
	lane TEXT NOT NULL, 
	resume TEXT NOT NULL, 
	done BOOLEAN NOT NULL, 
	kept_at BIGINT NOT NULL, 
	PRIMARY KEY (source, lane), 
	FOREIGN KEY(source) REFERENCES source (id)
);
CREATE TABLE description (
	identifier INTEGER NOT NULL, 
	via INTEGER NOT NULL, 
	version TEXT NOT NULL, 
	content TEXT NOT NULL, 
	PRIMARY KEY (identifier, via), 
	FOREIGN KEY(identifier) REFERENCES identifier (id), 
	FOREIGN KEY(via) REFERENCES source (id)
);
CREATE TABLE identifier (
	id INTEGER NOT NULL, 
	scheme TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "identifier" VALUES(1,'doi','10.5555/work0');
INSERT INTO "identifier" VALUES(2,'doi','10.5555/work1');
CREATE TABLE mention (
	identifier INTEGER NOT NULL, 
	source INTEGER NOT NULL, 
	post INTEGER NOT NULL, 
	assertion INTEGER NOT NULL, 
	account INTEGER, 
	posted_at BIGINT, 
	own BOOLEAN NOT NULL, 
	counted BOOLEAN NOT NULL, 
	PRIMARY KEY (identifier, source, post, assertion), 
	FOREIGN KEY(account) REFERENCES account (id), 
	FOREIGN KEY(assertion) REFERENCES assertion (id), 
	FOREIGN KEY(identifier) REFERENCES identifier (id), 
	FOREIGN KEY(post) REFERENCES post (id), 
	FOREIGN KEY(source) REFERENCES source (id)
)
 WITHOUT ROWID

;
INSERT INTO "mention" VALUES(1,1,1,1,1,1782864000000000,1,1);
INSERT INTO "mention" VALUES(2,2,6,5,5,1782950400000000,1,1);
INSERT INTO "mention" VALUES(2,2,6,6,NULL,NULL,1,1);
CREATE TABLE post (
	id INTEGER NOT NULL, 
	source INTEGER NOT NULL, 
	hash BIGINT NOT NULL, 
	"key" TEXT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(source) REFERENCES source (id)
);
INSERT INTO "post" VALUES(1,1,-1843816732231190226,'first');
INSERT INTO "post" VALUES(2,1,-908210419596166772,'second');
INSERT INTO "post" VALUES(5,1,-1915028861912694724,'elsewhere');
INSERT INTO "post" VALUES(6,2,-1125504747824804669,'page');
CREATE TABLE shelf (
	name TEXT NOT NULL, 
	title TEXT NOT NULL, 
	note TEXT NOT NULL, 
	simulated BOOLEAN NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE shelf_work (
	shelf TEXT NOT NULL, 
	identifier INTEGER NOT NULL, 
	PRIMARY KEY (shelf, identifier), 
	FOREIGN KEY(identifier) REFERENCES identifier (id), 
	FOREIGN KEY(shelf) REFERENCES shelf (name)
);
CREATE TABLE source (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (name)
);
INSERT INTO "source" VALUES(1,'bluesky');
INSERT INTO "source" VALUES(2,'wikipedia');
INSERT INTO "source" VALUES(3,'crossref_event_data');
CREATE TABLE touch (
	assertion INTEGER NOT NULL, 
	verb TEXT NOT NULL, 
	post INTEGER NOT NULL, 
	PRIMARY KEY (assertion, verb), 
	FOREIGN KEY(assertion) REFERENCES assertion (id), 
	FOREIGN KEY(post) REFERENCES post (id)
)
 WITHOUT ROWID

;
INSERT INTO "touch" VALUES(2,'reposts',1);
INSERT INTO "touch" VALUES(1,'quotes',5);
CREATE TABLE withdrawn (
	hash BIGINT NOT NULL, 
	version TEXT NOT NULL, 
	PRIMARY KEY (hash)
);
INSERT INTO "withdrawn" VALUES(-8544817345596689997,'2');
INSERT INTO "withdrawn" VALUES(-3483758434955921160,'2');
INSERT INTO "withdrawn" VALUES(-1135353554364709985,'2');
INSERT INTO "withdrawn" VALUES(8416486859053561964,'2');
INSERT INTO "withdrawn" VALUES(3700941721586206399,'2');
INSERT INTO "withdrawn" VALUES(204335986203883796,'2');
INSERT INTO "withdrawn" VALUES(1606185459762653304,'2');
CREATE UNIQUE INDEX identifier_by_value ON identifier (value, scheme);
CREATE INDEX account_by_hash ON account (hash);
CREATE INDEX post_by_hash ON post (hash);
CREATE INDEX assertion_by_account ON assertion (account) WHERE account IS NOT NULL;
CREATE UNIQUE INDEX assertion_by_key ON assertion ("key", via) WHERE key IS NOT NULL;
CREATE INDEX assertion_by_post ON assertion (post);
CREATE INDEX touch_by_post ON touch (post, verb);
COMMIT;
