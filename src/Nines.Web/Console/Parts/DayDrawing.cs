using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Nines.Core;
using Nines.Ledger.Text;
using Nines.Web.Api;
using NodaTime;

namespace Nines.Web.Console.Parts;

/// <summary>
/// Days as bars, each cut into its states by their time: one path a state. What is not up is at least so high that it can be seen: a bar
/// may say "worse" of a minute, never "better".
/// </summary>
public static class DayDrawing
{
    public const int Height = 32, Step = 5;
    private const int BarWidth = 4, LeastBad = 5, LeastUnseen = 2;

    /// <summary>From the bottom up.</summary>
    private static readonly State[] Order = [State.Down, State.EffectivelyDown, State.Degraded, State.Unknown, State.Maintenance, State.Up];

    public static int WidthOf(int days) => days * Step - (Step - BarWidth);

    /// <summary>The paths of each state that there is, and under null that of days that nobody watched.</summary>
    public static IReadOnlyList<(State? State, string Path)> PathsOf(ImmutableArray<DayTimes> days)
    {
        var paths = new Dictionary<State, StringBuilder>();
        var none = new StringBuilder();
        for (var i = 0; i < days.Length; i++)
        {
            var x = i * Step;
            if (days[i].Watched == Duration.Zero)
            {
                Append(none, x, 0, Height);
                continue;
            }
            var y = Height;
            foreach (var (state, height) in HeightsOf(days[i]))
            {
                if (!paths.TryGetValue(state, out var path)) paths.Add(state, path = new StringBuilder());
                y -= height;
                Append(path, x, y, height);
            }
        }
        var drawn = Order.Where(paths.ContainsKey).Select(state => ((State?)state, paths[state].ToString()));
        return [.. none.Length > 0 ? drawn.Append((null, none.ToString())) : drawn];
    }

    /// <summary>For who does not see them: how many days were up, and how long it was in what else.</summary>
    public static string TextOf(ImmutableArray<DayTimes> days)
    {
        var watched = days.Where(day => day.Watched > Duration.Zero).ToList();
        if (watched.Count == 0) return $"Last {Counted.Of(days.Length, "day")}: not watched";
        var text = new StringBuilder($"Last {Counted.Of(days.Length, "day")}, from {watched[0].Day:uuuu-MM-dd}: ");
        text.Append(CultureInfo.InvariantCulture, $"up all of {Counted.Of(watched.Count(day => day[State.Up] == day.Watched), "day")}");
        foreach (var state in Order)
        {
            if (state == State.Up) continue;
            var time = watched.Aggregate(Duration.Zero, (sum, day) => sum + day[state]);
            if (time > Duration.Zero) text.Append(CultureInfo.InvariantCulture, $"; {state.Word()} {SpokenDuration.Of(time)} in {Counted.Of(watched.Count(day => day[state] > Duration.Zero), "day")}");
        }
        if (days.Length > watched.Count) text.Append(CultureInfo.InvariantCulture, $"; not watched in {Counted.Of(days.Length - watched.Count, "day")}");
        return text.ToString();
    }

    /// <summary>The heights of a day's states, from the bottom; they sum to <see cref="Height"/>.</summary>
    private static IEnumerable<(State State, int Height)> HeightsOf(DayTimes day)
    {
        var left = Height;
        var heights = new List<(State State, int Height)>();
        foreach (var state in Order)
        {
            if (day[state] == Duration.Zero) continue;
            var height = (int)Math.Round(day[state] / day.Watched * Height);
            if (state != State.Up) height = Math.Max(height, state is State.Unknown or State.Maintenance ? LeastUnseen : LeastBad);
            heights.Add((state, height));
            left -= height;
        }
        // What the small ones were given is taken from the largest that is better than all that is bad: up, where there is room.
        for (var i = heights.Count - 1; i >= 0 && left != 0; i--)
        {
            var given = Math.Max(heights[i].State == State.Up ? 0 : LeastUnseen, heights[i].Height + left);
            left -= given - heights[i].Height;
            heights[i] = heights[i] with { Height = given };
        }
        return heights.Where(one => one.Height > 0);
    }

    private static void Append(StringBuilder path, int x, int y, int height) => path.Append(CultureInfo.InvariantCulture, $"M{x} {y}h{BarWidth}v{height}h-{BarWidth}z");
}
