using System.Globalization;
using System.Text;

namespace Nines.Browser.Tests.World;

/// <summary>What the world's config says, and the past that is imported into it.</summary>
internal static class WorldConfig
{
    /// <summary>What has a probe, and a server to be looked at.</summary>
    public static readonly string[] Probed = ["rpc-frankfurt", "rpc-oregon", "price-oracle", "custody", "exchange", "app", "bridge"];

    public static readonly string[] Components = [.. Probed, "rpc", "swap"];

    /// <summary>Each looks at everything once a second.</summary>
    public const int VantagePoints = 3;

    /// <summary>What somebody has who has just begun.</summary>
    public static readonly string[] ProbedWhenNew = ["shop"];

    /// <summary>The day of the week on which a window recurs: days away, so that no test runs inside it, whenever that is.</summary>
    private static string MaintenanceDay => TimeProvider.System.GetUtcNow().AddDays(3).DayOfWeek.ToString().ToLowerInvariant();

    public static string New(string address) => $$"""
        data: ./data
        listen: '127.0.0.1:0'
        components:
          - {name: shop, kind: dapp, probes: [{http: '{{address}}', every: 1s, timeout: 1s, conditions: ['status == 200']}]}

        """;

    public static string Yaml(Func<string, string> addressOf)
    {
        string Probe(string name) => $$"""probes: [{http: '{{addressOf(name)}}', every: 1s, timeout: 1s, conditions: ['status == 200', 'body contains "well"']}]""";
        return $$$"""
            data: ./data
            listen: '127.0.0.1:0'
            console: {anonymous: viewer}
            vantage_points:
              - {name: frankfurt, region: eu}
              - {name: zurich, region: eu}
              - {name: oregon, region: us}
            components:
              - {name: rpc-frankfurt, kind: provider, labels: {provider: own}, {{{Probe("rpc-frankfurt")}}}}
              - {name: rpc-oregon, kind: provider, labels: {provider: other}, {{{Probe("rpc-oregon")}}}}
              - {name: rpc, kind: infra, needs: {any_of: [rpc-frankfurt, rpc-oregon]}}
              - {name: price-oracle, kind: oracle, {{{Probe("price-oracle")}}}}
              - {name: custody, kind: custody, {{{Probe("custody")}}}}
              - {name: exchange, kind: venue, needs: custody, {{{Probe("exchange")}}}}
              - {name: app, kind: dapp, {{{Probe("app")}}}}
              - {name: swap, kind: dapp, needs: [app, rpc, price-oracle]}
              - {name: bridge, kind: bridge, needs: rpc, {{{Probe("bridge")}}}}
            maintenance:
              - {name: weekly, components: [custody], every: {{{MaintenanceDay}}}, at: "02:00", for: 1h, zone: Europe/Zurich}
            policy: users
            policies:
              - {name: users, maintenance: excluded}
            objectives:
              - {name: swap-month, about: What the users of the swap were told., component: swap, target: 99.9%, window: 28d}
              - {name: exchange-month, component: exchange, target: 99.95%, window: month, zone: Europe/Zurich}
            subscriptions: {webhooks: true}
            status_page:
              name: Example Exchange
              url: https://status.example.org
              about: What you can count on, with what we did not see.
              listen: '127.0.0.1:0'
              incidents_after: 0s
              groups:
                - id: trading
                  name: Trading
                  components:
                    - {id: swap, name: Swaps, description: Buying and selling tokens, shows: [swap]}
                    - {id: venue, name: Order book, shows: [exchange]}
                - id: funds
                  name: Funds
                  components:
                    - {id: bridge, name: Cross-chain bridge, shows: [bridge]}
                    - {id: safe-keeping, name: Withdrawals, shows: [custody]}
            pricing:
              currency: USD
              losses:
                - {component: swap, rate: {amount: 5400 USD, per: 1h, spread: 0.3}}
                - {component: exchange, rate: {amount: 60000 USD, per: 1h, spread: 0.4}}

            """;
    }

    /// <summary>Incidents of the 80 days before today, the same from run to run but for the dates.</summary>
    public static string Past()
    {
        var midnight = TimeProvider.System.GetUtcNow().UtcDateTime.Date;
        var text = new StringBuilder("component,start,end,impact,title\n");
        void Add(string component, int daysAgo, double hour, double minutes, string impact, string title)
        {
            var start = midnight.AddDays(-daysAgo).AddHours(hour);
            text.Append(CultureInfo.InvariantCulture, $"{component},{start:yyyy-MM-dd HH:mm:ss},{start.AddMinutes(minutes):yyyy-MM-dd HH:mm:ss},{impact},{title}\n");
        }
        Add("rpc-frankfurt", 78, 3.1, 22, "critical", "Disk full");
        Add("rpc-frankfurt", 41, 14.5, 65, "major", "Head stalled behind a 200");
        Add("rpc-frankfurt", 2, 8.2, 4, "critical", "Restart");
        Add("rpc-oregon", 80, 9.0, 12, "minor", "Slow answers");
        Add("rpc-oregon", 3, 9.0, 12, "minor", "Slow answers");
        Add("price-oracle", 80, 11.7, 40, "major", "Prices an hour old");
        Add("price-oracle", 20, 16.2, 9, "critical", "No answer");
        Add("price-oracle", 1, 4.5, 2, "minor", "One feed late");
        Add("custody", 79, 1.0, 30, "maintenance", "New key shares");
        Add("custody", 5, 1.0, 30, "maintenance", "New key shares");
        Add("exchange", 77, 20.0, 95, "critical", "Orders refused");
        Add("exchange", 30, 13.4, 18, "major", "Book stale");
        Add("exchange", 1, 22.0, 6, "minor", "Slow book");
        Add("app", 80, 6.0, 3, "critical", "Release taken back");
        Add("app", 12, 6.0, 11, "critical", "Certificate expired");
        Add("app", 1, 6.0, 1, "minor", "Slow page");
        Add("bridge", 66, 18.0, 240, "critical", "Messages not delivered");
        Add("bridge", 1, 18.0, 5, "minor", "Messages late");
        return text.ToString();
    }
}
