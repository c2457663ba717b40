window.YTD.account.part0 = [
  {
    "account": {
      "createdVia": "web",
      "username": "Some_Researcher",
      "accountId": "4242",
      "createdAt": "2010-01-01T00:00:00.000Z",
      "accountDisplayName": "Some Researcher & Co"
    }
  }
]
