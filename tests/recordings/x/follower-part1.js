window.YTD.follower.part1 = [
  {
    "follower": {
      "accountId": "103",
      "userLink": "https://twitter.com/intent/user?user_id=103"
    }
  }
]
