namespace Nines.Chains.Tests.Evm.JsonRpc;

/// <summary>What clients answered to question 1, recorded from anvil 1.7.1 and shaped like the documents and sources of the others.</summary>
internal static class RealAnswers
{
    /// <summary>anvil; the members that Nines does not read are shortened.</summary>
    public const string Block = """
        {"jsonrpc":"2.0","id":1,"result":{"hash":"0x19e4ed953765eb29be710280a3bb1c568f7011b1aee3a20e3c175faf158d2490",
        "parentHash":"0x8c26d4bcbc6ca59b5541abc8dd0cdcde6efaa8764509b8187beb48b3572af17f","miner":"0x0000000000000000000000000000000000000000",
        "difficulty":"0x0","number":"0x2","gasLimit":"0x1c9c380","gasUsed":"0xaf7c","timestamp":"0x6b00fb71","extraData":"0x",
        "nonce":"0x0000000000000000","baseFeePerGas":"0x34b3b712","blobGasUsed":"0x0","size":"0x2df","uncles":[],
        "transactions":["0x22652dc928e96e8e192f0712ab07455c09216ab27412191cf0c26b70db132faa"],"withdrawals":[]}}
        """;

    public const string NewHead = """
        {"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"0x9ce59a13059e417087c02d3236a0b1cc","result":
        {"difficulty":"0x0","extraData":"0x","gasLimit":"0x1c9c380","gasUsed":"0xaf7c","baseFeePerGas":"0x7","number":"0x1348c9",
        "hash":"0x19e4ed953765eb29be710280a3bb1c568f7011b1aee3a20e3c175faf158d2490",
        "parentHash":"0x8c26d4bcbc6ca59b5541abc8dd0cdcde6efaa8764509b8187beb48b3572af17f","timestamp":"0x6b00fb71"}}}
        """;

    /// <summary>Ethereum mainnet's first block.</summary>
    public const string Genesis = """
        {"jsonrpc":"2.0","id":1,"result":{"number":"0x0","hash":"0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3",
        "parentHash":"0x0000000000000000000000000000000000000000000000000000000000000000","nonce":"0x0000000000000042",
        "sha3Uncles":"0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
        "logsBloom":"0x00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
        "transactionsRoot":"0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
        "stateRoot":"0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544",
        "receiptsRoot":"0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
        "miner":"0x0000000000000000000000000000000000000000","difficulty":"0x400000000","totalDifficulty":"0x400000000",
        "extraData":"0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa",
        "mixHash":"0x0000000000000000000000000000000000000000000000000000000000000000","size":"0x21c","gasLimit":"0x1388","gasUsed":"0x0",
        "timestamp":"0x0","transactions":[],"uncles":[]}}
        """;

    public const string ChainId = """{"jsonrpc":"2.0","id":1,"result":"0x7a69"}""";

    public const string NotSyncing = """{"jsonrpc":"2.0","id":1,"result":false}""";

    /// <summary>Geth.</summary>
    public const string Syncing = """
        {"jsonrpc":"2.0","id":1,"result":{"startingBlock":"0x0","currentBlock":"0x3cf522","highestBlock":"0x3e0e41","syncedAccounts":"0x0"}}
        """;

    public const string Paused = """
        {"jsonrpc":"2.0","id":1,"error":{"code":3,"message":"execution reverted: custom error 0xd93c0665","data":"0xd93c0665"}}
        """;

    public const string Because = """
        {"jsonrpc":"2.0","id":1,"error":{"code":3,"message":"execution reverted: because","data":"0x08c379a0000000000000000000000000000000000000000000000000000000000000002000000000000000000000000000000000000000000000000000000000000000076265636175736500000000000000000000000000000000000000000000000000"}}
        """;

    public const string Ganache = """
        {"id":1,"jsonrpc":"2.0","error":{"message":"VM Exception while processing transaction: revert","code":-32000,
        "data":{"0x40a5a2ad3ef5b6fa0ab1e0cbe2a2ce5bd45a1b7e0dfa1e5a34ec87f5a3ad1b21":{"error":"revert","program_counter":62,"return":"0xd93c0665","reason":"paused"},
        "stack":"RuntimeError: VM Exception","name":"RuntimeError"}}}
        """;

    public const string Batch = """
        [{"jsonrpc":"2.0","id":2,"result":"0x2"},{"jsonrpc":"2.0","id":1,"result":"0x7a69"},{"jsonrpc":"2.0","id":3,"error":{"code":-32601,"message":"Method not found"}}]
        """;

    public static byte[][] Bytes { get; } =
        [.. new[] { Block, ChainId, NotSyncing, Syncing, Paused, Because, Ganache, NewHead }.Select(System.Text.Encoding.UTF8.GetBytes)];
}
