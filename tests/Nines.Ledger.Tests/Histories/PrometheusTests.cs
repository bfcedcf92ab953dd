using System.Text;
using Nines.Core;
using Nines.Ledger.History;
using Nines.Ledger.History.Prometheus;
using NodaTime;
using static Nines.Ledger.Tests.Histories.Telling;

namespace Nines.Ledger.Tests.Histories;

public sealed class PrometheusTests
{
    private const int Most = 100_000;

    private static readonly PrometheusMeaning Minutely = new() { ScrapeInterval = Duration.FromSeconds(15), ScrapeTimeout = Duration.FromSeconds(5), Lookback = Minutes(5) };

    /// <summary>One sample a character, a minute apart: 1, 0, N (NaN), I (+Inf), - (none).</summary>
    private static string Series(string labels, string values, double every = 60) =>
        $"{{\"metric\":{{{labels}}},\"values\":[{string.Join(',', values.Select((value, i) => (value, i)).Where(one => one.value != '-').Select(one => FormattableString.Invariant($"[{Zero.ToUnixTimeSeconds() + one.i * every:0.###},\"{one.value switch { 'N' => "NaN", 'I' => "+Inf", _ => one.value.ToString() }}\"]")))}]}}";

    private static string Answer(params string[] series) => $"{{\"status\":\"success\",\"data\":{{\"resultType\":\"matrix\",\"result\":[{string.Join(',', series)}]}}}}";

    private static SampleReading Read(string json)
    {
        var reading = new SampleReading(Most);
        QueryResult.Read(Encoding.UTF8.GetBytes(json), reading);
        return reading;
    }

    private static SampleReading ReadText(string text, string? metric = null)
    {
        var reading = new SampleReading(Most);
        ExpositionText.Read(Encoding.UTF8.GetBytes(text), metric, reading);
        return reading;
    }

    private static (ReadHistory History, RowAccount Rows) Build(SampleReading reading, PrometheusMeaning? means = null, string? everything = null)
    {
        var rows = new RowAccount();
        return (PrometheusHistory.Build(reading, means ?? Minutely, everything, rows, Now), rows);
    }

    private static (ReadHistory History, RowAccount Rows) Shop(string values, PrometheusMeaning? means = null) => Build(Read(Answer(Series("\"instance\":\"shop\"", values))), means);

    [Fact]
    public void Bounds_reach_from_the_scrape_behind_the_last_good_sample_to_the_end_of_the_first_bad_one()
    {
        var (history, rows) = Shop("1110001111");
        // Good at 2 min: seen 15 s earlier at the earliest. Bad at 3 min: seen 5 s later at the latest. Likely halfway.
        Assert.Equal(["-0.25 uuu", "1.75 uud 1", "2.42 udd 1", "3.08 ddd 1", "4.75 udd 1", "5.42 uud 1", "6.08 uuu"], history.Words());
        Assert.Equal((10, 10), (rows.Read, rows.Count(RowFate.Used)));
        Assert.Equal(Minutes(1) + Duration.FromSeconds(15 + 5), history.Targets.Single().Resolution);
    }

    [Fact]
    public void Raw_scrapes_have_no_age_and_need_no_grid()
    {
        var dump = string.Join('\n', Enumerable.Range(0, 10).Select(i => $"{{__name__=\"probe_success\", instance=\"shop\"}} {(i is 3 or 4 or 5 ? 0 : 1)} {Zero.ToUnixTimeMilliseconds() + i * 60_000 + i % 3}"));
        var (history, _) = Build(ReadText(dump));
        Assert.Equal(Zero + Minutes(2) + Duration.FromMilliseconds(2), history.Targets.Single().Segments[1].From);
        Assert.Contains(history.Assumptions, text => text.Contains("the times of their scrapes", StringComparison.Ordinal));
    }

    [Fact]
    public void A_step_longer_than_the_scrape_interval_is_said()
    {
        Assert.Contains(Shop("1110001111").History.Assumptions, text => text.Contains("longer than the scrape interval", StringComparison.Ordinal));
        Assert.DoesNotContain(Shop("1110001111", Minutely with { ScrapeInterval = Minutes(1) }).History.Assumptions, text => text.Contains("longer than the scrape interval", StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_sample_is_silence_and_repeats_before_it_are_no_looks()
    {
        // A query tells the last scrape for 5 min: of the good samples from 0 to 9 min only those up to 4 min are surely scrapes of their own.
        var (history, rows) = Shop("1111111111" + new string('-', 20) + "11111");
        var target = history.Targets.Single();
        Assert.Equal(State.Up, target.SegmentAt(At(3.9)).Likely);
        Assert.Equal(State.Unknown, target.SegmentAt(At(4.1)).Likely);
        Assert.Equal(State.Up, target.SegmentAt(At(31)).Likely);
        Assert.Equal(5, rows.Count(RowFate.Merged));
        Assert.All(rows.Repairs, repair => Assert.Equal(RepairRule.Repeated, repair.Rule));
    }

    [Fact]
    public void A_change_just_before_a_silence_is_a_scrape_of_its_own()
    {
        var (history, rows) = Shop("111111110---00011");
        Assert.Equal(0, rows.Count(RowFate.Merged));
        Assert.Equal(State.Down, history.Targets.Single().SegmentAt(At(7.9)).Likely);
        Assert.Equal(State.Unknown, history.Targets.Single().SegmentAt(At(10)).Likely);
        Assert.Equal("1", history.Targets.Single().SegmentAt(At(10)).Outage);
    }

    [Fact]
    public void A_series_that_ends_before_the_others_ended_in_silence()
    {
        var (history, _) = Build(Read(Answer(Series("\"instance\":\"a\"", new string('1', 40)), Series("\"instance\":\"b\"", new string('1', 20)))));
        Assert.Equal(At(39) + Duration.Epsilon, history.Targets[0].To);
        Assert.Equal(At(14) + Duration.Epsilon, history.Targets[1].To);
    }

    [Fact]
    public void What_is_no_number_tells_nothing_and_is_listed()
    {
        var (history, rows) = Shop("111NNNNNNN1111I111");
        Assert.Equal(8, rows.Count(RowFate.Rejected));
        Assert.Equal(State.Unknown, history.Targets.Single().SegmentAt(At(5)).Likely);
        Assert.Equal(rows.Read, rows.Sum());
    }

    [Fact]
    public void The_limit_says_what_is_down_and_the_label_whose_it_is()
    {
        var reading = Read(Answer(Series("\"job\":\"shop\",\"instance\":\"x\"", "9933399")));
        Assert.Empty(Shop("9933399").History.Targets.Single().Segments.Where(segment => segment.Likely == State.Down));
        var (history, _) = Build(reading, Minutely with { By = "job", DownBelow = 5 });
        Assert.Equal("shop", history.Targets.Single().Target);
        Assert.Contains(history.Targets.Single().Segments, segment => segment.Likely == State.Down);
    }

    [Fact]
    public void A_series_without_the_label_is_left_out_unless_the_call_names_the_component()
    {
        var reading = Read(Answer(Series("\"job\":\"shop\"", "1100011")));
        var (history, rows) = Build(reading);
        Assert.Empty(history.Targets);
        Assert.Equal(7, rows.Count(RowFate.Rejected));
        Assert.Equal("shop", Build(reading, everything: "shop").History.Targets.Single().Target);
    }

    [Fact]
    public void Two_series_of_one_target_count_at_their_worst()
    {
        var (history, rows) = Build(Read(Answer(Series("\"job\":\"a\",\"instance\":\"x\"", "1111111"), Series("\"job\":\"b\",\"instance\":\"x\"", "1100011"))));
        Assert.Equal(State.Down, history.Targets.Single().SegmentAt(At(3.5)).Likely);
        Assert.Equal(7, rows.Count(RowFate.Merged));
        Assert.Equal(rows.Read, rows.Sum());
    }

    [Fact]
    public void Keys_may_come_in_any_order_and_unknown_ones_are_passed_over()
    {
        var json = $"{{\"infos\":[\"x\"],\"stats\":{{\"a\":[1,{{}}]}},\"data\":{{\"result\":[{{\"values\":[[{Zero.ToUnixTimeSeconds()},\"1\"],[{Zero.ToUnixTimeSeconds() + 60}.5,\"0\"]],\"other\":[1],\"metric\":{{\"instance\":\"sh\\u006fp\"}}}}],\"resultType\":\"matrix\"}},\"status\":\"success\",\"warnings\":[\"some shard was away\"]}}";
        var reading = Read(json);
        Assert.Equal(2, reading.Rows);
        Assert.Equal("shop", reading.Series.Single().Labels["instance"]);
        Assert.Equal(["x", "some shard was away"], reading.Warnings);
        Assert.Contains("The server warns: some shard was away.", Build(reading).History.Assumptions);
    }

    [Theory]
    [InlineData("{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"parse error at char 3\"}", "parse error at char 3")]
    [InlineData("{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}", "/api/v1/query_range")]
    [InlineData("{\"status\":\"success\"}", "no data")]
    [InlineData("{}", "no data")]
    [InlineData("[]", "no JSON object")]
    [InlineData("", "no whole answer")]
    [InlineData("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":{},\"values\":[[1,\"1\"]]}]}}", "no instant")]
    [InlineData("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":{},\"values\":[[1767225600,1]]}]}}", "no text")]
    [InlineData("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":{},\"values\":[[1767225600,\"one\"]]}]}}", "no number")]
    [InlineData("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":{},\"histograms\":[]}]}}", "histogram")]
    [InlineData("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}} trailing", "")]
    public void What_is_no_range_is_refused_with_the_reason(string json, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => Read(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Text_exports_are_read_in_seconds_and_milliseconds_with_escapes_and_exemplars()
    {
        var reading = ReadText("""
            # TYPE probe_success gauge
            probe_success{instance="https://a/?q=\"x y\"",job="b}c"} 1 1767225600.5 # {trace="1"} 1
            {__name__="probe_success", instance="b"} 0 1767225600000
            {"probe_success", "instance"="c"} NaN 1767225600
            up{instance="a"} 1 1767225600
            probe_success{instance="d"} 1
            probe_success{instance="e} 1 1767225600
            # EOF
            """);
        Assert.Equal(5, reading.Rows);
        Assert.Equal(2, reading.Unreadable.Count);
        Assert.Equal(["https://a/?q=\"x y\"", "b", "c"], reading.Series.Where(series => series.Samples.Count > 0).Select(series => series.Labels["instance"]));
        Assert.Equal(Zero + Duration.FromMilliseconds(500), reading.Series.First().Samples[0].At);
        Assert.Equal(Zero, reading.Series.ElementAt(1).Samples[0].At);
    }

    [Fact]
    public void Of_several_unusual_metrics_one_has_to_be_named()
    {
        const string Text = "a_ok 1 1767225600\nb_ok 0 1767225600\n";
        Assert.Contains("--metric", Assert.Throws<FormatException>(() => ReadText(Text)).Message, StringComparison.Ordinal);
        Assert.Equal("b_ok", ReadText(Text, "b_ok").Series.Single().Metric);
    }

    [Fact]
    public void More_samples_than_the_limit_are_refused()
    {
        var reading = new SampleReading(3);
        Assert.Contains("more than 3 samples", Assert.Throws<FormatException>(() => QueryResult.Read(Encoding.UTF8.GetBytes(Answer(Series("", "11111"))), reading)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_thousand_mutations_are_read_or_refused_with_a_reason_and_every_row_is_accounted_for()
    {
        var random = new Random(4_217);
        var json = Encoding.UTF8.GetBytes(Answer(Series("\"instance\":\"a\"", "11100NI0011"), Series("\"instance\":\"b\"", "10-1--01")));
        var text = Encoding.UTF8.GetBytes("# HELP x\n{__name__=\"probe_success\", instance=\"b\"} 0 1767225600000\nprobe_success{instance=\"a\"} 1 1767225660 # {a=\"b\"} 1\nprobe_success{instance=\"a\"} 0 1767225720\n");
        var refused = 0;
        for (var i = 0; i < 10_000; i++)
        {
            var bytes = (i % 2 == 0 ? json : text).ToList();
            for (var edits = random.Next(1, 5); edits > 0 && bytes.Count > 0; edits--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(4))
                {
                    case 0: bytes[at] = (byte)random.Next(256); break;
                    case 1: bytes.RemoveAt(at); break;
                    case 2: bytes.Insert(at, (byte)"{}[]\",:0- \n"[random.Next(11)]); break;
                    default: bytes.RemoveRange(at, bytes.Count - at); break;
                }
            }
            var reading = new SampleReading(Most);
            try
            {
                if (i % 2 == 0) QueryResult.Read(bytes.ToArray(), reading);
                else ExpositionText.Read(bytes.ToArray(), null, reading);
            }
            catch (FormatException)
            {
                refused++;
                continue;
            }
            var (history, rows) = Build(reading);
            Assert.Equal(rows.Read, rows.Sum());
            Assert.Equal(reading.Rows, rows.Read);
            Assert.All(history.Targets, target => Assert.True(target.From < target.To));
        }
        Assert.InRange(refused, 2_000, 8_000);
    }
}
