using Nines.Chains.Bitcoin;
using Nines.Chains.JsonRpc;
using Nines.Core.Observations;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.Bitcoin;

/// <summary>Finds how deep a reorganisation went: from a block that was the head down to the first that both branches share.</summary>
internal sealed class Branches(RpcEndpoint endpoint)
{
    /// <summary>Steps down a branch that the node does not list as one; deeper ones are told as so deep.</summary>
    private const int MostSteps = 20;

    /// <param name="before">The head of the look before, where another block is at its height now, or none; null where it is still there.</param>
    /// <returns>Blocks that were replaced, 0 for none; or the sight that there is instead.</returns>
    public async Task<(ulong? Depth, Duration Took, Sight Failure)> ReplacedAsync(BitcoinHeader? before, IEnumerable<ChainTip> tips, CancellationToken limit)
    {
        if (before is null) return (0, Duration.Zero, default);
        if (tips.FirstOrDefault(tip => tip.Hash == before.Hash) is { } tip) return (tip.BranchLength, Duration.Zero, default);

        var (at, took) = (before, Duration.Zero);
        for (ulong depth = 0; depth < MostSteps; depth++)
        {
            if (at.Previous is not { } parent || at.Height == 0) return (depth, took, default);
            var batch = new RpcBatch();
            var header = batch.Add(BitcoinCalls.Header(parent));
            var active = batch.Add(BitcoinCalls.HashAt(at.Height - 1));
            // Whether this node ever had the block: another one behind the same address that lags has not, and nothing was replaced.
            var own = depth == 0 ? batch.Add(BitcoinCalls.Header(at.Hash)) : null;
            var (answers, asked, failure) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
            took += asked;
            if (answers is null) return (null, took, failure);
            if (own is not null && answers.Of(own) is not RpcAnswer<BitcoinHeader>.Answered) return (0, took, default);
            if (answers.Of(active) is RpcAnswer<BlockHash>.Answered { Value: var hash } && hash == parent) return (depth + 1, took, default);
            if (answers.Of(header) is not RpcAnswer<BitcoinHeader>.Answered { Value: var next } || next.Height != at.Height - 1) return (depth + 1, took, default);
            at = next;
        }
        return (MostSteps, took, default);
    }
}
