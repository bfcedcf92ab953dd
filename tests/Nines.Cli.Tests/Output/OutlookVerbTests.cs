using System.Text.Json.Nodes;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;

namespace Nines.Cli.Tests.Output;

public sealed class OutlookVerbTests
{
    private const string Rate = "pricing:\n  losses:\n  - component: shop\n    rate: { amount: 3600 USD }\n";

    private static async Task<Desk> WithAYearAsync(Desk desk)
    {
        await desk.WithAnOutageAsync();
        var refused = new Cause(CauseKind.Technical, "connection refused");
        Segment[] segments =
        [
            .. Enumerable.Range(2, 6).SelectMany(i => new[]
            {
                new Segment(Desk.At(i * 4_000_000), State.Down, State.Down, State.Down) { Outage = $"shop-{i}", Cause = refused },
                new Segment(Desk.At(i * 4_000_000 + i * 300), State.Up, State.Up, State.Up),
            }),
        ];
        return await desk.RecordAsync(new TimelineRevised(Desk.At(31_536_000), new ComponentId("shop"), null, Desk.At(8_000_000), [.. segments]), new Watched(Desk.At(31_536_000), "run-1", []));
    }

    [Fact]
    public async Task A_year_ahead_is_foretold_with_its_interval_and_what_cannot_be_is_named()
    {
        await using var desk = await WithAYearAsync(new Desk());
        var path = desk.Write("pricing.yaml", Rate);
        var (exit, output, error) = await desk.RunAsync("price", "outlook", "--pricing", path, "-o", "json");
        Assert.Equal((0, ""), (exit, error));
        var document = JsonNode.Parse(output)!;
        Assert.Equal(("nines.price_outlook/1", 31_536_000m, 0.95m), ((string?)document["schema"], (decimal?)document["ahead_s"], (decimal?)document["level"]));
        var shop = document["components"]![0]!;
        Assert.Equal(("shop", 7, "log_normal"), ((string?)shop["component"], (int?)shop["outages"], (string?)shop["costs"]));
        Assert.Equal(239.743m + 300 * 27, decimal.Round((decimal)shop["expected"]!["likely"]!, 3));
        Assert.Equal(("api", "no_price"), ((string?)document["without"]![0]!["component"], (string?)document["without"]![0]!["code"]));
        Assert.Equal(output, (await desk.RunAsync("price", "outlook", "--pricing", path, "-o", "json")).Out);

        (exit, output, error) = await desk.RunAsync("price", "outlook", "--pricing", path, "--next", "30d", "--level", "0.9", "--component", "shop");
        Assert.True(exit == 0, error);
        Assert.Contains("The next 30d by", output);
        Assert.Contains("where the mean of such times lies, with 90 %", output);
        Assert.DoesNotContain("WITHOUT AN OUTLOOK", output);
    }

    [Theory]
    [InlineData("--next", "10", "NIN4284", "needs a unit")]
    [InlineData("--next", "1h", "NIN4284", "out of reach")]
    [InlineData("--level", "95", "NIN4285", "is not a share")]
    [InlineData("--level", "1", "NIN4285", "is not a share")]
    public async Task What_cannot_be_foretold_with_is_told(string option, string value, string code, string told)
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (exit, output, error) = await desk.RunAsync("price", "outlook", option, value, "--pricing", desk.Write("pricing.yaml", Rate));
        Assert.Equal((2, ""), (exit, output));
        Assert.StartsWith($"{code}: ", error);
        Assert.Contains(told, error);
    }
}
