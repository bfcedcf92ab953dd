using System.Collections.Immutable;
using System.Numerics;
using Nines.Chains.CometBft;

namespace Nines.Probing.CometBft;

/// <summary>What commits say of one validator, and of all of them: whose misses are whose.</summary>
internal sealed class Misses(string? validator)
{
    /// <summary>Of the others' voting power: when so much is absent from a commit, the network missed the block, not a validator.</summary>
    private const double NetworkMissed = 0.1;

    /// <summary>Blocks that the validator missed one after another, without those that the network missed with it.</summary>
    public ulong InRow { get; private set; }

    /// <summary>Newest height that was read; 0 for none.</summary>
    public ulong Height { get; private set; }

    /// <summary>The validator is in the set that was to sign the newest commit.</summary>
    public bool IsInSet { get; private set; }

    /// <summary>Share of the voting power that signed the newest commit; null when the set is not known.</summary>
    public double? Participation { get; private set; }

    /// <summary>Takes in the commit of a height above all before.</summary>
    /// <returns>True when the validator missed the block together with many others.</returns>
    /// <param name="set">The validators that were to sign, in the order of the signatures; null when they are not known.</param>
    public bool Take(SignedBlock block, ImmutableArray<CometValidator>? set)
    {
        Height = block.Height;
        if (set is not { } known || known.Length != block.Signatures.Length)
        {
            Participation = null;
            return Unknown(block);
        }
        BigInteger total = 0, signed = 0, others = 0, absent = 0;
        BlockIdFlag? own = null;
        for (var i = 0; i < known.Length; i++)
        {
            var (power, flag) = (known[i].Power, block.Signatures[i].Flag);
            total += power;
            if (flag == BlockIdFlag.Commit) signed += power;
            if (known[i].Address == validator)
            {
                own = flag;
                continue;
            }
            others += power;
            if (flag == BlockIdFlag.Absent) absent += power;
        }
        Participation = total > 0 ? (double)signed / (double)total : null;
        IsInSet = own is not null;
        var networkMissed = others > 0 && (double)absent / (double)others >= NetworkMissed;
        if (own == BlockIdFlag.Absent && networkMissed) return true;
        InRow = own == BlockIdFlag.Absent ? InRow + 1 : 0;
        return false;
    }

    /// <summary>Without the set a signature still tells who signed, and absent ones how many did not.</summary>
    private bool Unknown(SignedBlock block)
    {
        if (block.Signatures.Any(signature => signature.Address == validator && signature.Flag != BlockIdFlag.Absent)) (IsInSet, InRow) = (true, 0);
        return false;
    }
}
