window.YTD.tweets.part0 = [
  {
    "tweet": {
      "edit_info": {
        "initial": {
          "editTweetIds": [
            "1742012345678901234"
          ],
          "editableUntil": "2024-01-02T04:04:05.000Z",
          "editsRemaining": "5",
          "isEditEligible": true
        }
      },
      "retweeted": false,
      "source": "<a href=\"https://mobile.twitter.com\" rel=\"nofollow\">Twitter Web App</a>",
      "entities": {
        "hashtags": [],
        "symbols": [],
        "user_mentions": [],
        "urls": [
          {
            "url": "https://t.co/aaaaaaaaaa",
            "expanded_url": "https://doi.org/10.5555/12345678",
            "display_url": "doi.org/10.5555/123456",
            "indices": [
              "0",
              "23"
            ]
          }
        ]
      },
      "display_text_range": [
        "0",
        "53"
      ],
      "favorite_count": "3",
      "id_str": "1742012345678901234",
      "truncated": false,
      "retweet_count": "1",
      "id": "1742012345678901234",
      "possibly_sensitive": false,
      "created_at": "Tue Jan 02 03:04:05 +0000 2024",
      "favorited": false,
      "full_text": "Our paper is out: https://t.co/aaaaaaaaaa &amp; open.",
      "lang": "en"
    }
  },
  {
    "tweet": {
      "edit_info": {
        "edit": {
          "initialTweetId": "1742012345678901235",
          "editControlInitial": {
            "editTweetIds": [
              "1742012345678901235",
              "1742012345678901236"
            ],
            "editableUntil": "2024-01-02T04:04:05.000Z",
            "editsRemaining": "4",
            "isEditEligible": true
          }
        }
      },
      "retweeted": false,
      "source": "<a href=\"https://mobile.twitter.com\" rel=\"nofollow\">Twitter Web App</a>",
      "entities": {
        "hashtags": [],
        "symbols": [],
        "user_mentions": [],
        "urls": []
      },
      "display_text_range": [
        "0",
        "35"
      ],
      "favorite_count": "3",
      "id_str": "1742012345678901236",
      "truncated": false,
      "retweet_count": "1",
      "id": "1742012345678901236",
      "possibly_sensitive": false,
      "created_at": "Tue Jan 02 03:04:05 +0000 2024",
      "favorited": false,
      "full_text": "Corrected: see doi:10.5555/12345679",
      "lang": "en"
    }
  },
  {
    "tweet": {
      "edit_info": {
        "initial": {
          "editTweetIds": [
            "1742012345678901240"
          ],
          "editableUntil": "2024-01-02T04:04:05.000Z",
          "editsRemaining": "5",
          "isEditEligible": true
        }
      },
      "retweeted": false,
      "source": "<a href=\"https://mobile.twitter.com\" rel=\"nofollow\">Twitter Web App</a>",
      "entities": {
        "hashtags": [],
        "symbols": [],
        "user_mentions": [],
        "urls": [
          {
            "url": "https://t.co/bbbbbbbbbb",
            "expanded_url": "https://twitter.com/other/status/1742012345678900000",
            "display_url": "twitter.com/other/stat",
            "indices": [
              "0",
              "23"
            ]
          }
        ]
      },
      "display_text_range": [
        "0",
        "31"
      ],
      "favorite_count": "3",
      "id_str": "1742012345678901240",
      "truncated": false,
      "retweet_count": "1",
      "id": "1742012345678901240",
      "possibly_sensitive": false,
      "created_at": "Tue Jan 02 03:04:05 +0000 2024",
      "favorited": false,
      "full_text": "I agree https://t.co/bbbbbbbbbb",
      "lang": "und",
      "in_reply_to_status_id_str": "1742012345678901234",
      "in_reply_to_screen_name": "some_researcher"
    }
  },
  {
    "tweet": {
      "edit_info": {
        "initial": {
          "editTweetIds": [
            "1742012345678901250"
          ],
          "editableUntil": "2024-01-02T04:04:05.000Z",
          "editsRemaining": "5",
          "isEditEligible": true
        }
      },
      "retweeted": false,
      "source": "<a href=\"https://mobile.twitter.com\" rel=\"nofollow\">Twitter Web App</a>",
      "entities": {
        "hashtags": [],
        "symbols": [],
        "user_mentions": [],
        "urls": [
          {
            "url": "https://t.co/cccccccccc",
            "expanded_url": "https://doi.org/10.5555/12345678",
            "display_url": "doi.org/10.5555/123456",
            "indices": [
              "0",
              "23"
            ]
          }
        ]
      },
      "display_text_range": [
        "0",
        "39"
      ],
      "favorite_count": "3",
      "id_str": "1742012345678901250",
      "truncated": false,
      "retweet_count": "1",
      "id": "1742012345678901250",
      "possibly_sensitive": false,
      "created_at": "Tue Jan 02 03:04:05 +0000 2024",
      "favorited": false,
      "full_text": "RT @other: Read https://t.co/cccccccccc",
      "lang": "en"
    }
  },
  {
    "tweet": {
      "retweeted": false,
      "source": "<a href=\"https://mobile.twitter.com\" rel=\"nofollow\">Twitter Web App</a>",
      "entities": {
        "hashtags": [],
        "symbols": [],
        "user_mentions": [],
        "urls": []
      },
      "display_text_range": [
        "0",
        "43"
      ],
      "favorite_count": "3",
      "id_str": "20000000000",
      "truncated": false,
      "retweet_count": "1",
      "id": "20000000000",
      "possibly_sensitive": false,
      "created_at": "Wed Aug 04 12:00:00 +0000 2010",
      "favorited": false,
      "full_text": "An old one https://doi.org/10.5555/12345678",
      "lang": "en"
    }
  }
]
