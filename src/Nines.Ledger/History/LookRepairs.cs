using Nines.Core;
using NodaTime;

namespace Nines.Ledger.History;

/// <summary>Mends looks by the rules of <see cref="RepairRule"/>, and accounts for each row.</summary>
internal static class LookRepairs
{
    /// <returns>Each target's looks in order of time, one an instant, none that could not look.</returns>
    public static SortedDictionary<string, List<Look>> Apply(IReadOnlyList<Look> looks, RowAccount rows, Instant now)
    {
        NoteOrder(looks, rows);
        var targets = new SortedDictionary<string, List<Look>>(StringComparer.Ordinal);
        // Stable: of two at one instant the one that was read first comes first.
        foreach (var look in looks.OrderBy(look => look.At))
        {
            if (look.At > now)
            {
                rows.Note(look.Row, look.Target, RepairRule.InTheFuture, RowFate.Rejected, look.At.ToString(), "left out: it had not happened when it was imported");
                continue;
            }
            if (look.State == State.Unknown) continue; // it could not look: that moves nothing, and the silence says so
            if (!targets.TryGetValue(look.Target, out var own)) targets.Add(look.Target, own = []);
            if (own.Count == 0 || own[^1].At < look.At) own.Add(look);
            else own[^1] = Worse(own[^1], look, rows);
        }
        return targets;
    }

    /// <summary>Takes out a look that is not up between two that are: no second look agreed (TRUTH 5).</summary>
    public static List<Look> WithoutBlips(List<Look> looks, Duration silence, RowAccount rows)
    {
        var kept = new List<Look>(looks.Count);
        for (var i = 0; i < looks.Count; i++)
        {
            var look = looks[i];
            var agreed = look.State is State.Up or State.Maintenance || i == 0 && looks.Count > 1 && looks[1].State != State.Up
                || i > 0 && Agrees(looks[i - 1], look, silence) || i + 1 < looks.Count && Agrees(look, looks[i + 1], silence);
            if (agreed)
            {
                kept.Add(look);
                continue;
            }
            rows.Note(look.Row, look.Target, RepairRule.SingleLook, RowFate.Repaired, $"{look.State.Word()} at {look.At}", "a blip: no second look agreed");
            // It was looked at, and the suspicion was not confirmed: what it would say of silence stays.
            kept.Add(look with { State = State.Up });
        }
        return kept;
    }

    /// <summary>Two bad looks in a row agree, also over a silence: what was bad before it needs no second look after it.</summary>
    private static bool Agrees(Look first, Look second, Duration silence) =>
        first.State is not (State.Up or State.Maintenance) && second.State is not (State.Up or State.Maintenance) && (first.Holds || second.At - first.At <= silence * 2);

    private static Look Worse(Look first, Look second, RowAccount rows)
    {
        if (first.State == second.State)
        {
            rows.Note(second.Row, second.Target, RepairRule.Duplicate, RowFate.Merged, $"{second.State.Word()} at {second.At}", $"the same as row {first.Row}");
            return first;
        }
        var (kept, other) = second.State > first.State ? (second, first) : (first, second);
        rows.Note(other.Row, other.Target, RepairRule.SameInstant, RowFate.Merged, $"{other.State.Word()} at {other.At}", $"row {kept.Row} says {kept.State.Word()}, which is worse");
        return kept;
    }

    /// <summary>The rows of a target run forwards or backwards, as most of all rows do; the others are out of order.</summary>
    private static void NoteOrder(IReadOnlyList<Look> looks, RowAccount rows)
    {
        var (forwards, backwards) = (0, 0);
        foreach (var (before, look) in Neighbours(looks))
        {
            if (look.At > before.At) forwards++;
            else if (look.At < before.At) backwards++;
        }
        var sign = backwards > forwards ? -1 : 1;
        foreach (var (before, look) in Neighbours(looks))
            if (Math.Sign(look.At.CompareTo(before.At)) == -sign)
                rows.Note(look.Row, look.Target, RepairRule.OutOfOrder, RowFate.Repaired, $"{look.At} after {before.At}", "put where its instant belongs");
    }

    private static IEnumerable<(Look Before, Look Look)> Neighbours(IReadOnlyList<Look> looks)
    {
        var last = new Dictionary<string, Look>(StringComparer.Ordinal);
        foreach (var look in looks)
        {
            if (last.TryGetValue(look.Target, out var before)) yield return (before, look);
            last[look.Target] = look;
        }
    }
}
