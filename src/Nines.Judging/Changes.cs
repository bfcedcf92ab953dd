using Nines.Core;
using NodaTime;

namespace Nines.Judging;

/// <summary>
/// Changes that several slots of one component saw and that one single change would explain: their entries overlap and go the
/// same way. Bounds stay what each vantage point saw; the *likely* instant of all is the middle of what they have in common (of
/// where they expect it, if that agrees), or the tripwire in it. Always inside of every member's own bounds, so likely stays between surely and possibly.
/// </summary>
internal sealed class Changes
{
    private const int Kept = 8;
    private readonly List<Change> recent = [];

    private sealed class Change(bool worse, Bounds common, Bounds probable)
    {
        public bool Worse { get; } = worse;
        public Bounds Common { get; set; } = common;

        /// <summary>Where all members expect it; null when they contradict each other.</summary>
        public Bounds? Probable { get; set; } = probable;
        public Instant? Hint { get; set; }
        public List<(Slot Slot, Run Run)> Members { get; } = [];
    }

    public void Join(Slot slot, Run run, Instant? tripwire)
    {
        var position = slot.Runs.ToList().IndexOf(run);
        var before = position > 0 ? slot.Runs[position - 1].State : State.Unknown;
        if (before == State.Unknown || run.State == State.Unknown) return;

        var worse = run.State > before;
        var change = recent.FindLast(change => change.Worse == worse
            && change.Common.Intersect(run.Entry) is not null
            && change.Members.TrueForAll(member => member.Slot != slot));
        if (change is null)
        {
            change = new Change(worse, run.Entry, run.Probable);
            recent.Add(change);
            if (recent.Count > Kept) recent.RemoveAt(0);
        }
        change.Common = change.Common.Intersect(run.Entry)!.Value;
        change.Probable = change.Probable?.Intersect(run.Probable);
        change.Members.Add((slot, run));
        if (tripwire is not null) change.Hint ??= tripwire;

        var likely = change.Hint is { } hint && change.Common.Contains(hint) ? hint : (change.Probable ?? change.Common).Midpoint;
        foreach (var (member, entered) in change.Members) member.MoveLikely(entered, likely);
    }
}
