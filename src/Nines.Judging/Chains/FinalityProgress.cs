using NodaTime;

namespace Nines.Judging.Chains;

/// <summary>When finality was last seen to go on, for sources that say which block is final and not when it was made.</summary>
internal sealed class FinalityProgress
{
    private Instant since;

    /// <summary>The highest finalized block that any source told.</summary>
    public double Number { get; private set; } = double.NaN;

    /// <param name="told">Live sources with a finalized number; one or more.</param>
    /// <returns>When the highest was first told.</returns>
    public Instant? Of(IReadOnlyCollection<Source> told)
    {
        var best = told.MaxBy(source => source.Last.Finalized)!.Last;
        if (!(Number >= best.Finalized)) (Number, since) = (best.Finalized, best.At);
        return since;
    }
}
