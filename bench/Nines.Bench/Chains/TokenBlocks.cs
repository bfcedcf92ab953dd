using System.Text;
using System.Text.Json.Nodes;
using Nines.Bench.Processes;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Abi;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.Evm.Signing;
using Nines.Chains.Evm.Transactions;
using Nines.Chains.JsonRpc;

namespace Nines.Bench.Chains;

/// <summary>A block and its receipts as the node told them, in JSON.</summary>
internal sealed record RawBlock(string Block, string Receipts);

/// <summary>Blocks of transfers of a token, made on anvil and read back as they come.</summary>
internal static class TokenBlocks
{
    /// <summary>anvil's published first test key: worth nothing anywhere.</summary>
    private const string Rich = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    private static readonly AbiSignature Transfer = AbiSignature.Parse("transfer(address,uint256) returns (bool)");

    public static async Task<IReadOnlyList<RawBlock>> MakeAsync(string root, int blocks, int transfers)
    {
        await using var chain = await LabService.StartAsync(root, "chain", "--", "--hardfork", "prague", "--disable-block-gas-limit");
        var url = new Uri(chain.Ready.GetProperty("url").GetString()!);
        using var http = new HttpClient();
        var node = new EvmRpcClient(http, url);
        var key = PrivateKey.Parse(Rich);
        var token = await DeployAsync(root, url);
        await RawAsync(http, url, "evm_setIntervalMining", 0);
        var id = Value(await node.ChainIdAsync(CancellationToken.None));
        var nonce = Value(await node.SendAsync(EvmCalls.GetTransactionCount(key.Address, BlockRef.Latest), CancellationToken.None));
        var first = Value(await node.BlockNumberAsync(CancellationToken.None)).Value + 1;
        for (var block = 0; block < blocks; block++)
        {
            var batch = new RpcBatch();
            for (var i = 0; i < transfers; i++)
            {
                var to = new Address(Keccak256.Hash(BitConverter.GetBytes(nonce)).ToArray()[12..]);
                batch.Add(EvmCalls.SendRawTransaction(new Transaction.DynamicFee
                {
                    Chain = id, Nonce = nonce++, MaxFeePerGas = new Wei(100_000_000_000), MaxPriorityFeePerGas = new Wei(1_000_000_000),
                    GasLimit = new Gas(100_000), To = token, Data = Transfer.EncodeCall(new AbiValue.Account(to), new AbiValue.Number(1_000 + i)),
                }.Sign(key)));
            }
            await node.SendAsync(batch, CancellationToken.None);
            await RawAsync(http, url, "evm_mine");
        }
        var made = new List<RawBlock>();
        for (var number = first; made.Count < blocks; number++)
        {
            var name = Quantity.Write(number);
            made.Add(new RawBlock(await RawAsync(http, url, "eth_getBlockByNumber", name, false), await RawAsync(http, url, "eth_getBlockReceipts", name)));
        }
        return made;
    }

    private static async Task<Address> DeployAsync(string root, Uri url)
    {
        var said = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var deploying = new Child("node", [Path.Combine(root, "lab", "deploy.mjs"), "--rpc", url.ToString()], line => said.TrySetResult(line));
        var deployed = JsonNode.Parse(await said.Task.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System))!;
        return Address.Parse(deployed["address"]!.GetValue<string>());
    }

    private static async Task<string> RawAsync(HttpClient http, Uri url, string method, params JsonNode[] parameters)
    {
        var body = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = method, ["params"] = new JsonArray(parameters) };
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(url, content);
        return await response.Content.ReadAsStringAsync();
    }

    private static T Value<T>(RpcAnswer<T> answer) =>
        answer is RpcAnswer<T>.Answered { Value: var value } ? value : throw new InvalidOperationException($"anvil: {answer}");
}
