using System.Collections.Immutable;
using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Nines.Core;
using Nines.Core.Timelines;
using Nines.Ledger;
using Nines.Testing;
using Nines.Web.Api;
using Nines.Web.Console.Parts;
using NodaTime;

namespace Nines.Web.Tests.Console;

public sealed class PartsTests
{
    private static readonly Instant Noon = Instant.FromUtc(2026, 5, 3, 12, 0);

    [Theory]
    [InlineData(-2.5, 2.5, "12:00:00 ± 2.5 s")]
    [InlineData(-10, 1, "12:00:00 ± 10 s")]
    [InlineData(-0.1, 0.2, "12:00:00.000 ± 200 ms")]
    [InlineData(0, 0, "12:00:00")]
    public void An_instant_is_printed_as_sharp_as_it_is_known(double earliest, double latest, string text) =>
        Assert.Equal(text, MomentText.Of(new Bounds(Noon.Plus(Duration.FromSeconds(earliest)), Noon.Plus(Duration.FromSeconds(latest))), Noon, Noon + Duration.FromHours(1)));

    [Fact]
    public void An_instant_of_another_day_has_its_day() => Assert.Equal("2026-05-03 12:00:00", MomentText.Of(Noon, Noon + Duration.FromHours(12)));

    [Fact]
    public void What_is_possible_lies_within_what_is_printed() => Prop.ForAll(Gen.Choose(0, 5_000_000).Three().ToArbitrary(), times =>
    {
        var sorted = new[] { times.Item1, times.Item2, times.Item3 }.Order().Select(micro => Noon + Duration.FromTicks(micro * 10L)).ToArray();
        var text = MomentText.Of(new Bounds(sorted[0], sorted[2]), sorted[1], Noon);
        var parts = text.Split(" ± ");
        var shown = Noon.InUtc().Date.AtMidnight().InUtc().ToInstant() + Duration.FromTimeSpan(TimeSpan.Parse(parts[0], CultureInfo.InvariantCulture));
        if (parts.Length == 1) return sorted[0] == sorted[2];
        var number = double.Parse(parts[1].Split(' ')[0] == "<" ? "1" : parts[1].Split(' ')[0], CultureInfo.InvariantCulture);
        var around = parts[1].EndsWith("ms", StringComparison.Ordinal) ? Duration.FromMilliseconds(number) : Duration.FromSeconds(number);
        return shown - around <= sorted[0] && sorted[2] <= shown + around;
    }).Holds();

    [Fact]
    public void Times_of_a_day_add_up_to_what_of_it_was_watched()
    {
        var track = new Track();
        track.Revise(Noon, [Segment(0, State.Up), Segment(1, State.Down), Segment(3, State.Unknown), Segment(20, State.Up)]);
        var days = DayTimes.Of(track, Noon, new LocalDate(2026, 5, 2), Noon + Duration.FromHours(22));
        Assert.Equal([0, 12, 10], days.Select(day => day.Watched.TotalHours));
        Assert.Equal((1, 2, 9), (days[1][State.Up].TotalHours, days[1][State.Down].TotalHours, days[1][State.Unknown].TotalHours));
        Assert.Equal((8, 2), (days[2][State.Unknown].TotalHours, days[2][State.Up].TotalHours));
    }

    [Fact]
    public void Bars_have_a_place_for_every_state_however_short_and_no_green_where_nothing_was_up() => Prop.ForAll(Gen.Choose(0, 86_400).ArrayOf(6).ToArbitrary(), seconds =>
    {
        var day = new DayTimes(new LocalDate(2026, 5, 3), [.. seconds.Select(one => Duration.FromSeconds(one / 6))]);
        var drawn = DayDrawing.PathsOf([day]);
        if (day.Watched == Duration.Zero) return drawn is [(null, _)];
        var states = Enum.GetValues<State>();
        return states.Where(state => state != State.Up).All(state => drawn.Any(one => one.State == state) == day[state] > Duration.Zero)
            && (day[State.Up] > Duration.Zero || drawn.All(one => one.State != State.Up))
            && drawn.Sum(one => HeightOf(one.Path)) == DayDrawing.Height;
    }).Holds();

    [Fact]
    public void Bars_are_told_in_words_too()
    {
        DayTimes Day(int day, params (State State, double Hours)[] times)
        {
            var all = new Duration[6];
            foreach (var (state, hours) in times) all[(int)state] = Duration.FromHours(hours);
            return new DayTimes(new LocalDate(2026, 5, day), [.. all]);
        }
        Assert.Equal("Last 4 days, from 2026-05-02: up all of 1 day; down 1h 30m 00s in 1 day; unknown 6h 00m 00s in 1 day; not watched in 1 day",
            DayDrawing.TextOf([Day(1), Day(2, (State.Up, 24)), Day(3, (State.Up, 22.5), (State.Down, 1.5)), Day(4, (State.Up, 6), (State.Unknown, 6))]));
        Assert.Equal("Last 1 day: not watched", DayDrawing.TextOf([Day(1)]));
    }

    private static int HeightOf(string path) => path.Split('z', StringSplitOptions.RemoveEmptyEntries).Sum(bar => int.Parse(bar.Split('v')[1].Split('h')[0], CultureInfo.InvariantCulture));

    private static Segment Segment(double hours, State state) => state == State.Unknown ? Core.Timelines.Segment.Unseen(Noon + Duration.FromHours(hours)) : new(Noon + Duration.FromHours(hours), state, state, state);
}
