using Nines.Chains.JsonRpc;

namespace Nines.Chains.Evm.JsonRpc;

/// <summary>Asks one EVM node by JSON-RPC over HTTP.</summary>
/// <remarks>Source: the Ethereum execution API specification.</remarks>
/// <inheritdoc/>
public sealed class EvmRpcClient(HttpMessageInvoker http, Uri url, JsonRpcOptions? options = null) : JsonRpcClient(http, url, options)
{
    public Task<RpcAnswer<ChainId>> ChainIdAsync(CancellationToken cancellation) => SendAsync(EvmCalls.ChainId, cancellation);

    public Task<RpcAnswer<BlockNumber>> BlockNumberAsync(CancellationToken cancellation) => SendAsync(EvmCalls.BlockNumber, cancellation);

    /// <summary>The header of a block; null when the node does not have it.</summary>
    public Task<RpcAnswer<BlockHeader?>> GetBlockAsync(BlockRef block, CancellationToken cancellation) =>
        SendAsync(EvmCalls.GetBlock(block), cancellation);

    public Task<RpcAnswer<SyncStatus>> SyncingAsync(CancellationToken cancellation) => SendAsync(EvmCalls.Syncing, cancellation);

    /// <summary>Peers that the node is connected to.</summary>
    public Task<RpcAnswer<int>> PeerCountAsync(CancellationToken cancellation) => SendAsync(EvmCalls.PeerCount, cancellation);

    public Task<RpcAnswer<ClientVersion>> ClientVersionAsync(CancellationToken cancellation) =>
        SendAsync(EvmCalls.ClientVersion, cancellation);

    /// <summary>Runs a call on the state after <paramref name="block"/> without changing anything.</summary>
    public Task<RpcAnswer<HexBytes>> CallAsync(
        Address to, HexBytes data, BlockRef block, CancellationToken cancellation, Address? from = null, Wei? value = null) =>
        SendAsync(EvmCalls.Call(to, data, block, from, value), cancellation);

    /// <summary>The code at an address: empty when no contract is there.</summary>
    public Task<RpcAnswer<HexBytes>> GetCodeAsync(Address address, BlockRef block, CancellationToken cancellation) =>
        SendAsync(EvmCalls.GetCode(address, block), cancellation);

    public Task<RpcAnswer<Wei>> GetBalanceAsync(Address address, BlockRef block, CancellationToken cancellation) =>
        SendAsync(EvmCalls.GetBalance(address, block), cancellation);
}
