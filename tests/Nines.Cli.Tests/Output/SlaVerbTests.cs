using System.Text.Json.Nodes;

namespace Nines.Cli.Tests.Output;

public sealed class SlaVerbTests
{
    private const string Contract = """
        pricing:
          contracts:
          - name: acme
            customer: Acme Trading Ltd.
            components: [shop]
            fee: 1000 USD
            tiers:
            - { below: 99.99%, credit: 10% }
            - { below: 60%, credit: 30% }
            - { below: 20%, credit: 100% }
          liabilities:
          - name: goodwill
            component: shop
            longer_than: 1m
            per_outage: { low: 100 USD, likely: 200 USD, high: 300 USD }
          losses:
          - component: shop
            rate: { amount: 3600 USD }
        """;

    [Fact]
    public async Task A_contract_is_settled_with_its_outages_and_the_working()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (exit, output, error) = await desk.RunAsync("price", "sla", "acme", "--pricing", desk.Write("pricing.yaml", Contract), "-o", "json");
        Assert.Equal((0, ""), (exit, error));
        var document = JsonNode.Parse(output)!;
        Assert.Equal("nines.sla/1", (string?)document["schema"]);
        var statement = document["statements"]![0]!;
        Assert.Equal(("acme", "Acme Trading Ltd.", "2026-01", "provisional"), ((string?)statement["contract"], (string?)statement["customer"], (string?)statement["period"], (string?)statement["status"]));
        Assert.Equal(0.9999m, (decimal?)statement["tiers"]![0]!["below"]);
        Assert.Equal("shop-1", (string?)statement["lines"]![0]!["outage"]);
        Assert.Equal(239.743m, (decimal?)statement["lines"]![0]!["lost_s"]!["likely"]);
        // 240 s of 10 minutes: below 99.99 %, not below 60 %? It is at 60.04 %, and the bounds lie on both sides.
        Assert.Equal((100m, 100m, 300m), ((decimal?)statement["credit"]!["low"], (decimal?)statement["credit"]!["likely"], (decimal?)statement["credit"]!["high"]));
        Assert.Contains("straddle the edge at 60%", (string?)statement["notes"]![0]);
        Assert.Equal("credit due", (string?)statement["working"]!.AsArray()[^1]!["name"]);
    }

    [Fact]
    public async Task A_contract_of_what_nobody_saw_owes_an_unknown_credit_and_not_nothing()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (exit, output, error) = await desk.RunAsync("price", "sla", "--pricing", desk.Write("pricing.yaml", Contract.Replace("[shop]", "[shopp]", StringComparison.Ordinal)));
        Assert.True(exit == 0, error);
        Assert.Contains("acme: Nothing of shopp is known in this period: no credit is reckoned for it, and none is ruled out.", output);
        Assert.Equal(2, output.Split('\n').Single(line => line.StartsWith("acme  ", StringComparison.Ordinal)).Split("unknown").Length - 1); // availability and credit
        Assert.DoesNotContain("Credits due", output);
        (_, output, _) = await desk.RunAsync("price", "sla", "--pricing", desk.Write("pricing.yaml", Contract.Replace("[shop]", "[shopp]", StringComparison.Ordinal)), "-o", "json");
        Assert.Null(System.Text.Json.Nodes.JsonNode.Parse(output)!["statements"]![0]!["credit"]);
        (_, output, _) = await desk.RunAsync("price", "sla", "--pricing", desk.Write("seen.yaml", Contract));
        Assert.Contains("of the time was seen, below the 99% that the contract wants", output);
    }

    [Fact]
    public async Task A_price_beyond_all_money_is_a_mistake_and_no_defect_of_Nines()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var path = desk.Write("pricing.yaml", "pricing:\n  losses:\n  - component: shop\n    rate: { amount: 999999999999999 ETH, per: 1s, spread: 10 }\n  rates:\n    days: [{ date: 2026-01-01T00:00:00Z, currency: ETH, rate: 9999999999999 }]\n");
        var (exit, _, error) = await desk.RunAsync("price", "--pricing", path);
        Assert.Equal(2, exit);
        Assert.StartsWith("NIN4255: shop-rate: ", error);
    }

    [Fact]
    public async Task All_contracts_have_a_line_each_and_one_has_its_outages()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var path = desk.Write("pricing.yaml", Contract);
        var (exit, output, error) = await desk.RunAsync("price", "sla", "--pricing", path);
        Assert.True(exit == 0, error);
        Assert.Contains("2026-01 so far", output);
        Assert.Contains("Credits due: 100.00 USD (100.00 – 300.00). They are in no sum with lost revenue.", output);
        (exit, output, error) = await desk.RunAsync("price", "sla", "acme", "--period", "2026-01", "--pricing", path);
        Assert.True(exit == 0, error);
        Assert.Contains("Promised: below 99.99% a credit of 10% of the fee.", output);
        Assert.Contains("connection refused", output);
    }

    [Fact]
    public async Task A_contract_that_has_not_begun_keeps_no_other_from_its_statement()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var later = Contract.Replace("  liabilities:", "  - { name: later, components: [shop], fee: 1 USD, factor: 1, from: 2027-01-01T00:00Z }\n  - { name: quarterly, components: [shop], fee: 1 USD, factor: 1, period: quarter }\n  liabilities:", StringComparison.Ordinal);
        var (exit, output, error) = await desk.RunAsync("price", "sla", "--period", "2026-01", "--pricing", desk.Write("pricing.yaml", later));
        Assert.True(exit == 0, error);
        Assert.Contains("acme      2026-01 so far", output);
        Assert.Contains("No statement: contract later: it was not in force in 2026-01.", output);
        Assert.Contains("quarterly is settled by quarter, so 2026-01 has none of it.", output);
    }

    [Fact]
    public async Task Liabilities_stand_beside_the_loss_and_in_no_sum_with_it()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (_, output, _) = await desk.RunAsync("price", "--pricing", desk.Write("pricing.yaml", Contract), "-o", "json");
        var document = JsonNode.Parse(output)!;
        Assert.Equal(239.743m, (decimal?)document["loss"]!["likely"]);
        Assert.Equal((100m, 200m, 300m), ((decimal?)document["liabilities"]!["low"], (decimal?)document["liabilities"]!["likely"], (decimal?)document["liabilities"]!["high"]));
    }

    [Theory]
    [InlineData("acne", null, "NIN4280", "Did you mean 'acme'?")]
    [InlineData("acme", "2026-Q1", "NIN4281", "is settled by month")]
    [InlineData("acme", "2027-01", "NIN4282", "has been judged yet")]
    public async Task What_cannot_be_settled_is_told(string contract, string? period, string code, string told)
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (exit, output, error) = await desk.RunAsync(["price", "sla", contract, .. period is null ? (string[])[] : ["--period", period], "--pricing", desk.Write("pricing.yaml", Contract)]);
        Assert.Equal((2, ""), (exit, output));
        Assert.StartsWith($"{code}: ", error);
        Assert.Contains(told, error);
    }

    [Theory]
    [InlineData("tiers: [{ below: 99.99%, credit: 10% }, { below: 99.99%, credit: 30% }]", "'below' is 99.99% in two tiers: they overlap.")]
    [InlineData("tiers: [{ below: 99%, credit: 10% }, { below: 99.99%, credit: 30% }]", "'below' is 99.99%, after 99%: tiers go from the highest edge to the lowest.")]
    [InlineData("tiers: [{ below: 99.99%, credit: 30% }, { below: 99%, credit: 10% }]", "'credit' is 10% below 99%, and the better availability below 99.99% earns 30%: the tiers contradict each other.")]
    [InlineData("tiers: [{ below: 99.99%, credit: 10%, down_to: 98% }, { below: 99%, credit: 30% }]", "'down_to' is 98%, and the next tier begins at 99%: they overlap.")]
    [InlineData("tiers: [{ below: 99.99%, credit: 10%, down_to: 99.5% }, { below: 99%, credit: 30% }]", "'down_to' is 99.5%, and the next tier begins at 99%: there is a gap between them.")]
    [InlineData("tiers: [{ below: 0.9999%, credit: 10% }]", "'below' is 0.9999%, which nobody promises. Is it a share? Then it is 99.99%.")]
    [InlineData("tiers: [{ below: 0.9999, credit: 10% }]", "Write it with its sign")]
    [InlineData("tiers: [{ below: 99.99, credit: 10% }]", "Write it with its sign")]
    [InlineData("tiers: [{ below: 101%, credit: 10% }]", "'below' is 101%, and no availability is above 100%.")]
    [InlineData("cap: 50%\n    tiers: [{ below: 99%, credit: 100% }]", "'credit' is 100%, above the cap of 50%: it could never be due.")]
    [InlineData("zone: Berlin\n    factor: 100", "'zone' is not a time zone: Berlin.")]
    [InlineData("tiers: []", "This contract promises nothing. Give it tiers, or a factor.")]
    [InlineData("factor: 100\n    tiers: [{ below: 99%, credit: 10% }]", "A contract has either tiers or a factor.")]
    [InlineData("factor: 100\n    minimum_credit: 5 EUR", "'minimum_credit' is in EUR, the fee in USD.")]
    [InlineData("factor: 100\n    exclusions: [{ reason: all }]", "This exclusion would take out everything.")]
    public async Task A_mistake_in_a_contract_is_told_with_its_place(string rest, string told)
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (exit, _, error) = await desk.RunAsync("price", "sla", "--pricing", desk.Write("pricing.yaml", $"pricing:\n  contracts:\n  - name: acme\n    components: [shop]\n    fee: 1000 USD\n    {rest}\n"));
        Assert.Equal(2, exit);
        Assert.Contains(told, error);
        Assert.Matches(@"pricing\.yaml:\d+:\d+ pricing\.contracts\[0\]", error);
    }

    [Theory]
    [InlineData("class: claims", "This liability owes nothing.")]
    [InlineData("per_customer: { likely: 1 USD }", "'per_customer' is given without customers")]
    [InlineData("per_outage: { likely: 1 USD, high: 0.5 USD }", "Amounts must rise from low to likely to high")]
    [InlineData("per_outage: { likely: 1 USD }\n    per_minute: { likely: 1 EUR }", "Its amounts are in several currencies.")]
    public async Task A_mistake_in_a_liability_is_told_with_its_place(string rest, string told)
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (exit, _, error) = await desk.RunAsync("price", "--pricing", desk.Write("pricing.yaml", $"pricing:\n  liabilities:\n  - name: a\n    component: shop\n    {rest}\n"));
        Assert.Equal(2, exit);
        Assert.Contains(told, error);
        Assert.Matches(@"pricing\.yaml:\d+:\d+ pricing\.liabilities\[0\]", error);
    }

    [Fact]
    public async Task A_cause_that_there_is_not_is_one_mistake_and_not_also_an_exclusion_of_everything()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (_, _, error) = await desk.RunAsync("price", "sla", "--pricing", desk.Write("pricing.yaml", """
            pricing:
              contracts:
              - { name: a, components: [shop], fee: 1 USD, factor: 2, exclusions: [{ reason: storm, causes: [weather] }] }
            """));
        Assert.Contains("its pricing has 1 mistake.", error);
        Assert.Contains("weather is none of technical", error);
    }

    [Fact]
    public async Task All_mistakes_of_all_contracts_are_told_at_once()
    {
        await using var desk = await new Desk().WithAnOutageAsync();
        var (_, _, error) = await desk.RunAsync("price", "sla", "--pricing", desk.Write("pricing.yaml", """
            pricing:
              contracts:
              - { name: a, components: [shop], fee: -1 USD, zone: Nowhere, factor: 2 }
              - { name: a, components: [], fee: 1 USD }
            """));
        Assert.Contains("its pricing has 5 mistakes", error);
    }
}
