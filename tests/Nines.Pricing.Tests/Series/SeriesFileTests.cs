using System.Text;
using Nines.Pricing.Plan;
using Nines.Pricing.Series;
using NodaTime;

namespace Nines.Pricing.Tests.Series;

public sealed class SeriesFileTests
{
    private const string Three = "2026-01-05T00:00Z,1\n2026-01-05T01:00Z,2\n2026-01-05T02:00Z,3\n";

    private static string Refused(string csv, SeriesOptions? options = null)
    {
        var refused = Assert.Throws<PricingException>(() => Sold.Read(csv, options));
        return $"{refused.Code} {refused.Message}";
    }

    [Theory]
    [InlineData("time,value\r\n2026-01-05T00:00Z,1\r\n2026-01-05T01:00Z,2\r\n2026-01-05T02:00Z,3\r\n")]
    [InlineData("\uFEFFtime,value\n" + Three)]
    [InlineData("value;Timestamp\n1;2026-01-05 00:00:00\n2;2026-01-05 01:00:00\n3;2026-01-05 02:00:00")]
    [InlineData("day\tearned\n1767571200\t1\n1767574800\t2.0\n1767578400000\t3e0\n")]
    [InlineData("time,value\n2026-01-05T01:00+01:00,1\n2026-01-05T00:00-01:00,2\n2026-01-05T02:00:00.000 UTC,\"3\"\n\n")]
    [InlineData("value,time,who\n1,2026-01-05T00:00:00Z,\"a, \"\"b\"\"\"\n2,2026-01-05T01:00:00Z,\n3,2026-01-05T02:00:00Z,x\n")]
    public void One_series_can_be_written_in_many_ways(string csv)
    {
        var series = Sold.Read(csv);
        Assert.Equal([1m, 2m, 3m], series.Values);
        Assert.Equal(Instant.FromUtc(2026, 1, 5, 0, 0), series.From);
        Assert.Equal(Instant.FromUtc(2026, 1, 5, 3, 0), series.To);
        Assert.Equal(Duration.FromHours(1), series.Steps.Length);
    }

    [Theory]
    [InlineData("\"1,234.50\"", 1234.50)]
    [InlineData("1.2345e3", 1234.5)]
    [InlineData("+7", 7)]
    [InlineData("0", 0)]
    public void Values_may_have_thousands_and_exponents(string cell, double value) =>
        Assert.Equal((decimal)value, Sold.Read($"time,value\n{Three}2026-01-05T03:00Z,{cell}\n").Values[3]);

    [Theory]
    [InlineData("")]
    [InlineData("NaN")]
    [InlineData("null")]
    public void What_has_no_value_is_a_gap_and_is_said(string cell)
    {
        var series = Sold.Read($"time,value\n{Three}2026-01-05T03:00Z,{cell}\n2026-01-05T04:00Z,5");
        Assert.Null(series.Values[3]);
        Assert.Contains("no value for 1 of its 5 steps of 1h. A gap is not zero", series.Notes.Single(note => note.Contains("gap")));
    }

    [Fact]
    public void A_row_that_is_not_there_is_a_gap_unless_the_config_says_zero()
    {
        var csv = $"time,value\n{Three}2026-01-05T06:00Z,7\n";
        Assert.Equal(4, Sold.Read(csv).Known);
        var filled = Sold.Read(csv, Sold.Dollars with { Missing = MissingRows.Zero });
        Assert.Equal([1m, 2m, 3m, 0m, 0m, 0m, 7m], filled.Values);
        Assert.Contains("the config says that they are zero", string.Join(' ', filled.Notes));
    }

    [Fact]
    public void Rows_out_of_order_are_sorted_and_rows_that_repeat_count_once_and_both_are_said()
    {
        var series = Sold.Read("time,value\n2026-01-05T02:00Z,3\n2026-01-05T00:00Z,1\n2026-01-05T01:00Z,2\n2026-01-05T01:00Z,2.00\n");
        Assert.Equal([1m, 2m, 3m], series.Values);
        Assert.Contains("sorted", string.Join(' ', series.Notes));
        Assert.Contains("1 rows of sales.csv repeat", string.Join(' ', series.Notes));
    }

    [Theory]
    [InlineData("2026-01-05T03:00Z,-4", "NIN4262 sales.csv:5: '-4' is below nothing")]
    [InlineData("2026-01-05T03:00Z,Infinity", "NIN4262 sales.csv:5: 'Infinity' is not a value")]
    [InlineData("2026-01-05T03:00Z,1e30", "NIN4262 sales.csv:5: '1e30' is not a value")]
    [InlineData("2026-01-05T03:00Z,$4", "NIN4262 sales.csv:5")]
    [InlineData("2026-01-05T03:00Z,\"1,5\"", "NIN4262 sales.csv:5: '1,5' is not a value")]
    [InlineData("2026-01-05T03:00Z,\"1.234,56\"", "NIN4262 sales.csv:5")]
    [InlineData("05/01/2026,4", "NIN4261 sales.csv:5: '05/01/2026' is not a time")]
    [InlineData("2026-02-30,4", "NIN4261 sales.csv:5")]
    [InlineData("2026-01-05T03:00,4", "NIN4261 sales.csv:5: '2026-01-05T03:00' has no offset, and the rows before have one")]
    [InlineData("1969-01-05T03:00Z,4", "NIN4261 sales.csv:5")]
    [InlineData("2026-01-05T02:00Z,4", "NIN4263 sales.csv:5: 2026-01-05T02:00:00Z has the value 4, and 3 in line 4")]
    [InlineData("2026-01-05T03:30Z,4", "NIN4264 sales.csv:5: 2026-01-05T03:30:00Z is not a multiple of 1h")]
    [InlineData("2026-01-05T03:00Z", "NIN4260 sales.csv:5: has 1 of at least 2 cells")]
    [InlineData("2026-01-05T03:00Z,\"4", "NIN4260 sales.csv:5: a quote is opened and not closed")]
    public void A_wrong_row_is_named_with_its_line(string row, string says) => Assert.StartsWith(says, Refused($"time,value\n{Three}{row}\n"));

    [Theory]
    [InlineData("", "NIN4260 sales.csv:1: is empty")]
    [InlineData("time,value\n", "NIN4260 sales.csv: has 0 rows")]
    [InlineData("a,b\n" + Three, "NIN4260 sales.csv:1: there is no column of times (time, timestamp")]
    [InlineData("time,a,b\n2026-01-05T00:00Z,1,2\n", "NIN4260 sales.csv:1: there is no column of values (value) among time, a, b")]
    [InlineData("time,value\n2026-01-05T00:00Z,1\n2026-01-05T07:00Z,1\n2026-01-05T14:00Z,1\n", "NIN4264 sales.csv: most rows are 7h apart")]
    [InlineData("time,value\n2026-01-05T00:00:00Z,1\n2026-01-05T00:00:10Z,1\n2026-01-05T00:00:20Z,1\n", "NIN4264 sales.csv: most rows are 10s apart")]
    public void A_file_that_is_no_series_is_refused(string csv, string says) => Assert.StartsWith(says, Refused(csv));

    [Fact]
    public void A_named_column_that_is_not_there_is_named() =>
        Assert.Contains("no column of values (fees) among time, value", Refused("time,value\n" + Three, Sold.Dollars with { Value = "fees" }));

    [Fact]
    public void Times_without_an_offset_and_a_zone_are_read_as_utc_and_that_is_said() =>
        Assert.Contains("read as UTC", string.Join(' ', Sold.Read("time,value\n2026-01-05 00:00,1\n2026-01-05 01:00,1\n2026-01-05 02:00,1\n").Notes));

    [Fact]
    public void The_hour_that_comes_twice_is_two_hours()
    {
        var series = Sold.Read("time,value\n2026-10-25 01:00,1\n2026-10-25 02:00,2\n2026-10-25 02:00,3\n2026-10-25 03:00,4\n", Sold.Dollars with { Zone = "Europe/Berlin" });
        Assert.Equal([1m, 2m, 3m, 4m], series.Values);
        Assert.Equal(Instant.FromUtc(2026, 10, 24, 23, 0), series.From);
    }

    [Fact]
    public void The_hour_that_does_not_come_cannot_have_a_row() =>
        Assert.Contains("clocks skip it", Refused("time,value\n2026-03-29 01:00,1\n2026-03-29 02:00,2\n2026-03-29 03:00,3\n", Sold.Dollars with { Zone = "Europe/Berlin" }));

    [Fact]
    public void Days_are_as_long_as_their_zone_makes_them()
    {
        var series = Sold.Read("day,value\n2026-03-28,24\n2026-03-29,23\n2026-03-30,24\n", Sold.Dollars with { Zone = "Europe/Berlin" });
        Assert.True(series.Steps.IsDaily);
        Assert.Equal(Duration.FromHours(71), series.To - series.From);
        Assert.Equal([24m, 23m, 24m], series.Values);
    }

    [Fact]
    public void Days_that_begin_elsewhere_are_refused_with_the_way_out() =>
        Assert.Contains("begins at 01:00 in Europe/Berlin. Give the series the zone in which its days begin at midnight", Refused("day,value\n2026-01-05T00:00Z,1\n2026-01-06T00:00Z,1\n2026-01-07T00:00Z,1\n", Sold.Dollars with { Zone = "Europe/Berlin" }));

    [Fact]
    public void Holidays_come_from_a_list_and_a_file()
    {
        var options = Sold.Dollars with { Holidays = ["2026-01-01"], HolidaysFile = "days.csv" };
        var files = new Dictionary<string, string> { ["sales.csv"] = "time,value\n" + Three, ["days.csv"] = "date,name\n2026-12-25,\"Christmas\"\n# nothing\n\n2026-12-26\n" };
        Assert.Equal([new LocalDate(2026, 1, 1), new LocalDate(2026, 12, 25), new LocalDate(2026, 12, 26)], Sold.Sources(files, [options]).Series.Open("sales").Holidays.Order());
        files["days.csv"] = "2026-12-25\n25.12.2026\n";
        Assert.StartsWith("days.csv:2: '25.12.2026' is not a day", Assert.Throws<PricingException>(() => Sold.Sources(files, [options]).Series.Open("sales")).Message);
    }

    [Fact]
    public void A_series_that_nobody_described_is_named()
    {
        var refused = Assert.Throws<PricingException>(() => Sold.Sources(new Dictionary<string, string>(), [Sold.Dollars]).Series.Open("sale"));
        Assert.Equal("NIN4269", refused.Code);
        Assert.Contains("There are sales.", refused.Message);
    }

    [Fact]
    public void The_digest_of_the_file_is_stated()
    {
        var series = Sold.Sources(new Dictionary<string, string> { ["sales.csv"] = "time,value\n" + Three }, [Sold.Dollars]).Series.Open("sales");
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes("time,value\n" + Three))), series.Digest);
        Assert.Contains(series.Digest[..12], series.Source);
    }

    [Fact]
    public void Ten_thousand_broken_files_are_read_or_refused_and_nothing_else()
    {
        var random = new Random(20261121);
        string[] whole =
        [
            "time,value\n" + Three,
            "\uFEFFtimestamp;value\r\n\"2026-10-25 01:30\";\"1,234.5\"\r\n2026-10-25 02:00;1e3\r\n2026-10-25 02:30;\r\n2026-10-25 02:00;NaN\r\n",
            "day\tvalue\n2026-03-28\t1\n2026-03-29\t2\n2026-03-30\t3\n",
            "time,value\n1767571200,1\n1767574800,2\n1767578400000,3\n",
        ];
        var (read, refused) = (0, 0);
        for (var run = 0; run < 10_000; run++)
        {
            var bytes = Encoding.UTF8.GetBytes(whole[run % whole.Length]).ToList();
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(4))
                {
                    case 0: bytes[at] = (byte)random.Next(256); break;
                    case 1: bytes.RemoveAt(at); break;
                    case 2: bytes.Insert(at, (byte)"0123456789-+.,;:\"TZ eE\n\0"[random.Next(23)]); break;
                    case 3: bytes.InsertRange(at, bytes.GetRange(at, random.Next(bytes.Count - at))); break;
                }
            }
            try
            {
                Sold.Read([.. bytes], Sold.Dollars with { Zone = run % 2 == 0 ? "Europe/Berlin" : null });
                read++;
            }
            catch (PricingException)
            {
                refused++;
            }
        }
        Assert.True(read > 200 && refused > 200, $"{read} read, {refused} refused");
    }

    [Theory]
    [InlineData("dollars", null, "unit")]
    [InlineData("USD", "Europe/Berln", "zone")]
    public void Mistakes_of_the_config_are_found_before_the_file_is_read(string unit, string? zone, string key) =>
        Assert.Equal(key, Assert.Single(PricingPlan.MistakesIn(new PricingOptions { Series = [Sold.Dollars with { Unit = unit, Zone = zone }] })).Mistake.Key);

    [Fact]
    public void A_loss_that_names_a_series_that_is_not_there_is_a_mistake()
    {
        var options = new PricingOptions { Series = [Sold.Dollars], Losses = [new LossOptions { Component = Sold.Shop, Profile = new() { Series = "sale" } }] };
        Assert.Contains("Did you mean 'sales'?", Assert.Single(PricingPlan.MistakesIn(options)).Mistake.Message);
    }
}
