using System.Collections.Immutable;
using Nines.Ledger.Availability;
using NodaTime;

namespace Nines.Ledger.Objectives;

/// <summary>Good and bad slices of time out of spans. Pure; one use.</summary>
internal sealed class Slicing(ImmutableArray<WeighedSpan> spans, Slices slices)
{
    private readonly ImmutableArray<WeighedSpan>.Builder made = ImmutableArray.CreateBuilder<WeighedSpan>(spans.Length);
    private readonly List<WeighedSpan> pieces = [];
    private int at;

    /// <summary>
    /// The spans with each bad slice lost as a whole, and each good one not at all. A slice is judged by what was seen of it; what is still to
    /// come of the last one counts as good. Of each timeline by itself, so that surely ≤ likely ≤ possibly stays.
    /// </summary>
    /// <param name="spans">In order; slices begin at whole multiples of their length since 1970, UTC.</param>
    public static ImmutableArray<WeighedSpan> Apply(ImmutableArray<WeighedSpan> spans, Slices slices) => new Slicing(spans, slices).Run();

    private ImmutableArray<WeighedSpan> Run()
    {
        foreach (var number in Touched())
        {
            var begin = Instant.FromUnixTimeTicks(number * slices.Length.BclCompatibleTicks);
            Take(begin);
            foreach (var piece in pieces) Add(piece with { Surely = 0, Likely = 0, Possibly = 0 });
            Take(begin + slices.Length);
            Judge(begin + slices.Length);
        }
        Take(Instant.MaxValue);
        foreach (var piece in pieces) Add(piece);
        return made.ToImmutable();
    }

    /// <summary>The numbers of the slices in which something is possibly lost, in order.</summary>
    private List<long> Touched()
    {
        var numbers = new List<long>();
        var length = slices.Length.BclCompatibleTicks;
        foreach (var span in spans)
        {
            if (!span.Loses) continue;
            var last = FloorDivide(span.To.ToUnixTimeTicks() - 1, length);
            for (var number = FloorDivide(span.From.ToUnixTimeTicks(), length); number <= last; number++)
                if (numbers.Count == 0 || numbers[^1] < number)
                    numbers.Add(number);
        }
        return numbers;
    }

    private Instant taken = Instant.MinValue;

    /// <summary>Fills <see cref="pieces"/> with what comes next, up to the instant.</summary>
    private void Take(Instant until)
    {
        pieces.Clear();
        while (at < spans.Length)
        {
            var span = spans[at];
            var from = Instant.Max(span.From, taken);
            if (from >= until) break;
            var to = Instant.Min(span.To, until);
            pieces.Add(span with { From = from, To = to });
            taken = to;
            if (to < span.To) break;
            at++;
        }
    }

    private void Judge(Instant end)
    {
        decimal counted = 0, surely = 0, likely = 0, possibly = 0;
        var heaviest = pieces[0];
        foreach (var piece in pieces)
        {
            decimal ticks = piece.Length.BclCompatibleTicks;
            counted += piece.Counted * ticks;
            surely += piece.Surely * ticks;
            likely += piece.Likely * ticks;
            possibly += piece.Possibly * ticks;
            if (piece.Possibly * ticks > heaviest.Possibly * heaviest.Length.BclCompatibleTicks) heaviest = piece;
        }
        if (end > spans[^1].To) counted += (end - spans[^1].To).BclCompatibleTicks;
        var allowed = (1 - slices.Target) * counted;
        foreach (var piece in pieces)
            Add(piece with
            {
                Surely = surely > allowed ? piece.Counted : 0,
                Likely = likely > allowed ? piece.Counted : 0,
                Possibly = possibly > allowed ? piece.Counted : 0,
                Segment = piece.Loses ? piece.Segment : heaviest.Segment,
            });
    }

    private void Add(WeighedSpan span)
    {
        if (made.Count > 0 && made[^1] is var last && last.To == span.From && last == span with { From = last.From, To = last.To }) made[^1] = last with { To = span.To };
        else made.Add(span);
    }

    private static long FloorDivide(long value, long by) => value / by - (value % by < 0 ? 1 : 0);
}
