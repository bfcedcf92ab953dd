namespace Nines.Chains.Tests.Solana;

/// <summary>Answers to question 1 in the shapes of Solana's RPC documents.</summary>
internal static class DocumentedAnswers
{
    public const string Ok = """{"jsonrpc":"2.0","result":"ok","id":1}""";

    public const string Behind = """{"jsonrpc":"2.0","error":{"code":-32005,"message":"Node is behind by 42 slots","data":{"numSlotsBehind":42}},"id":1}""";

    public const string Unhealthy = """{"jsonrpc":"2.0","error":{"code":-32005,"message":"Node is unhealthy","data":{"numSlotsBehind":null}},"id":1}""";

    public const string Slot = """{"jsonrpc":"2.0","result":9007199254740993,"id":1}""";

    public const string EpochInfo = """{"jsonrpc":"2.0","result":{"absoluteSlot":166598,"blockHeight":166500,"epoch":27,"slotIndex":2790,"slotsInEpoch":8192,"transactionCount":22661093},"id":1}""";

    public const string Blockhash = """
        {"jsonrpc":"2.0","result":{"context":{"apiVersion":"2.0.15","slot":2792},"value":{"blockhash":"EkSnNWid2cvwEVnVx9aBqawnmiCNiDgp3gUdkDPTKN1N","lastValidBlockHeight":3090}},"id":1}
        """;

    public const string VoteAccounts = """
        {"jsonrpc":"2.0","result":{"current":[{"activatedStake":18446744073709551615,"commission":0,"epochCredits":[[1,64,0],[2,192,64]],"epochVoteAccount":true,
        "lastVote":147,"nodePubkey":"B97CCUW3AEZFGy6uUg6zUdnNYvnVq5VG8PUtb2HayTDD","rootSlot":100,"votePubkey":"3ZT31jkAGhUaw8jsy4bTknwBMP8i4Eueh52By4zXcsVw"}],
        "delinquent":[{"activatedStake":42,"commission":5,"epochCredits":[],"epochVoteAccount":false,"lastVote":0,
        "nodePubkey":"7Np41oeYqPefeNQEHSv1UDhYrehxin3NStELsSKCT4K2","rootSlot":0,"votePubkey":"CmgCk4aMS7KW1SHX3s9K5tBJ6Yng2LBaC8MFov4wx9sm"}]},"id":1}
        """;

    public const string Production = """
        {"jsonrpc":"2.0","result":{"context":{"slot":9887},"value":{"byIdentity":{"85iYT5RuzRTDgjyRa3cP8SYhM2j21fj7NhfJ3peu1DPr":[9888,9886]},"range":{"firstSlot":0,"lastSlot":9887}}},"id":1}
        """;

    public const string Balance = """{"jsonrpc":"2.0","result":{"context":{"slot":1},"value":9007199254740993},"id":1}""";

    public const string Version = """{"jsonrpc":"2.0","result":{"feature-set":2891131721,"solana-core":"1.16.7"},"id":1}""";

    public const string Genesis = """{"jsonrpc":"2.0","result":"GH7ome3EiwEr7tu9JuTh2dpYWBJK3z69Xm1ZE3MEE6JC","id":1}""";

    public const string BlockTime = """{"jsonrpc":"2.0","result":1574721591,"id":1}""";

    public const string Block = """
        {"jsonrpc":"2.0","result":{"blockHeight":428,"blockTime":1574721591,"blockhash":"3Eq21vXNB5s86c62bVuUfTeaMif1N2kUqRPBmGRJhyTA","parentSlot":429,
        "previousBlockhash":"mfcyqEXB3DnHXki6KjjmZck6YjmZLvpAByy2fj4nh6B"},"id":1}
        """;

    public const string Skipped = """{"jsonrpc":"2.0","error":{"code":-32007,"message":"Slot 430 was skipped, or missing due to ledger jump to recent snapshot"},"id":1}""";

    public static byte[][] Bytes { get; } =
    [
        .. new[] { Ok, Behind, Unhealthy, Slot, EpochInfo, Blockhash, VoteAccounts, Production, Balance, Version, Genesis, BlockTime, Block, Skipped }
            .Select(System.Text.Encoding.UTF8.GetBytes),
    ];
}
