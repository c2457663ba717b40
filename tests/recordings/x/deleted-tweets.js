window.YTD.deleted_tweets.part0 = [
  {
    "tweet": {
      "edit_info": {
        "initial": {
          "editTweetIds": [
            "1742012345678901260"
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
        "urls": []
      },
      "display_text_range": [
        "0",
        "4"
      ],
      "favorite_count": "3",
      "id_str": "1742012345678901260",
      "truncated": false,
      "retweet_count": "1",
      "id": "1742012345678901260",
      "possibly_sensitive": false,
      "created_at": "Tue Jan 02 03:04:05 +0000 2024",
      "favorited": false,
      "full_text": "gone",
      "lang": "en",
      "deleted_at": "Wed Jan 03 03:04:05 +0000 2024"
    }
  }
]
