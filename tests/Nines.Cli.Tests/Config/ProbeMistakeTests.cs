using Nines.Probing;

namespace Nines.Cli.Tests.Config;

/// <summary>What is said of wrong options of the real probe types: where, what, and how to mend it.</summary>
public sealed class ProbeMistakeTests
{
    private static IEnumerable<string> Mistakes(string probe)
    {
        var yaml = $"""
            components:
              - name: shop
                kind: venue
                probes:
                  - {probe.ReplaceLineEndings("\n").Replace("\n", "\n        ", StringComparison.Ordinal)}
            """;
        return Assert.IsType<Nines.Cli.Config.ConfigReading.Refused>(Loading.Read(yaml, ProbeType.All)).Mistakes.Select(mistake => $"{mistake.CodeText} {mistake}");
    }

    [Theory]
    [InlineData("venue: https://api.venue.example\nsymbol: BTCUSDT\nshape: binence",
        "NIN1005 nines.yaml:7:16 components[0].probes[0].shape: binence is none of custom, binance, coinbase, kraken. Did you mean 'binance'?")]
    [InlineData("venue: wss://api.venue.example\nsymbol: BTCUSDT\nshape: binance",
        "is not an absolute http or https URL. Try https://api.venue.example; a stream (wss://…) goes to venue_stream.")]
    [InlineData("venue: https://api.venue.example\nshape: binance", "'symbol' is missing.")]
    [InlineData("venue: https://api.venue.example\nsymbol: \"BTC USDT\"\nshape: binance", "is not a market's name: 1 to 64 letters, digits and . _ : / -.")]
    [InlineData("venue: https://api.venue.example\nsymbol: BTCUSDT", "there is nothing to ask for. Give one of them, or shape: binance, coinbase or kraken.")]
    [InlineData("venue: https://api.venue.example\nsymbol: BTCUSDT\ntime: {path: /time, at: server.time}", "a JSON path begins with $, as in $.result.height; this one is 'server.time'. Try $.server.time.")]
    [InlineData("venue: https://api.venue.example\nsymbol: BTCUSDT\ntime: {path: time, at: $.t}", "has a path that does not begin with /: it is added to the venue's URL. Try /api/v1/time.")]
    [InlineData("venue: https://api.venue.example\nsymbol: BTCUSDT\nstatus: [{path: /s}]", "has neither at nor flags: it would read nothing. Give at: $.status.")]
    [InlineData("venue: https://api.venue.example\nsymbol: BTCUSDT\nstatus: [{path: /s, flags: {halted: halted}}]", "the flag halted is no JSON path")]
    [InlineData("venue: https://api.venue.example\nsymbol: BTCUSDT\nstatus: [{path: /s, at: $.s, words: {AUCTION: closed}}]", "closed is none of trading, unknown, post_only, cancel_only, halted, maintenance.")]
    [InlineData("venue: https://api.venue.example\nsymbol: BTCUSDT\nbook: {path: /b, bids: $.bids}", "'asks' is missing.")]
    [InlineData("venue: https://api.venue.example\nsymbol: BTCUSDT\nshape: kraken\nerror_at: error", "it is no JSON path")]
    [InlineData("venue: https://api.venue.example\nsymbol: BTCUSDT\nshape: kraken\nquota: 1200 per minute", "1200 per minute is not a quota. Write requests and their window, for example 1200/1m.")]
    [InlineData("venue: https://api.venue.example\nsymbol: BTCUSDT\nshape: kraken\ndepth: 0", "0 is below 1. Use 1 to 5000.")]
    [InlineData("venue_stream: https://stream.venue.example\nsymbol: BTC/USD\nshape: kraken", "is not an absolute ws or wss URL. Try wss://stream.venue.example/ws; a REST interface (https://…) goes to venue.")]
    [InlineData("venue_stream: wss://stream.venue.example\nsymbol: BTCUSDT\nshape: binance", ".rest: is missing: this stream brings only changes, so the book is read by REST first. Try rest: https://api.venue.example.")]
    [InlineData("venue_stream: wss://stream.venue.example\nsymbol: BTCUSDT\nshape: okx", "okx is none of custom, binance, coinbase, kraken.")]
    [InlineData("venue_stream: wss://stream.venue.example\nsymbol: BTCUSDT", "Give messages, or shape: binance, coinbase or kraken.")]
    [InlineData("venue_stream: wss://stream.venue.example\nsymbol: BTC/USD\nshape: kraken\nprogress: https://api.venue.example/d", "goes with the other one: progress says where to ask, progress_at what changes there, such as $.lastUpdateId.")]
    [InlineData("venue_stream: wss://stream.venue.example\nsymbol: BTC/USD\nshape: kraken\nprogress: wss://api.venue.example/d\nprogress_at: $.n", "is not an absolute http or https URL. Try https://api.venue.example/depth.")]
    [InlineData("venue_stream: wss://stream.venue.example\nsymbol: X\nmessages: {kind: [type], snapshot: s, update: u}", "kind is no JSON path: a JSON path begins with $, as in $.result.height; this one is 'type'. Try $.type.")]
    [InlineData("venue_stream: wss://stream.venue.example\nsymbol: X\nmessages: {kind: [], snapshot: s, update: u}", "has no kind: nothing would tell the messages apart. Give kind: [$.type].")]
    [InlineData("venue_stream: wss://stream.venue.example\nsymbol: X\nmessages: {kind: [$.t], snapshot: s, update: u, status: s}", "has one of status and status_at")]
    [InlineData("venue_stream: wss://stream.venue.example\nsymbol: X\nmessages: {kind: [$.t], update: u}\nrest: https://api.venue.example", "messages names no snapshot, so the book is read by REST first. Give book, or messages.snapshot.")]
    [InlineData("venue_stream: wss://stream.venue.example\nsymbol: BTC/USD\nshape: kraken\nstale_after: 0s", "is below 1s. Try 1s.")]
    [InlineData("statuspage: ftp://status.example.com", "is not an absolute http or https URL. Try https://status.example.com.")]
    [InlineData("statuspage: https://status.example.com\ncomponents: [\" \"]", "has an empty name: write it as the page shows it, or leave components out for all.")]
    [InlineData("statuspage: https://status.example.com\nconditions: [component contains \"x\"]", "component takes a component's name: component(\"API\").")]
    [InlineData("fix: fix.venue.example:4198\nsender_comp_id: NINES\ntarget_comp_id: VENUE\ntls: true", ".comp_id_is_dedicated: is not true. A venue has one session for each SenderCompID: a second Logon with a trader's own can end his, with his orders.")]
    [InlineData("fix: fix.venue.example\nsender_comp_id: NINES\ntarget_comp_id: VENUE\ncomp_id_is_dedicated: true\ntls: true", "'fix.venue.example' is not host:port. Try fix.venue.example:4198.")]
    [InlineData("fix: fix.venue.example:4198\nsender_comp_id: NINES\ntarget_comp_id: VENUE\ncomp_id_is_dedicated: true\nheartbeat: 1500ms", "is not in whole seconds, as HeartBtInt is. Try 30s.")]
    [InlineData("fix: fix.venue.example:4198\nsender_comp_id: NINES\ntarget_comp_id: VENUE\ncomp_id_is_dedicated: true\nstatus: security", ".symbol: is missing: status: security asks for one market.")]
    [InlineData("fix: fix.venue.example:4198\nsender_comp_id: NINES\ntarget_comp_id: VENUE\ncomp_id_is_dedicated: true\nlogon_fields: {\"141\": Y}", "141 (ResetSeqNumFlag) is never sent")]
    [InlineData("fix: fix.venue.example:4198\nsender_comp_id: NINES\ntarget_comp_id: VENUE\ncomp_id_is_dedicated: true\nlogon_fields: {\"34\": \"7\"}", "34 is written by Nines itself. Leave it out.")]
    [InlineData("fix: fix.venue.example:4198\nsender_comp_id: NINES\ntarget_comp_id: VENUE\ncomp_id_is_dedicated: true\nzone: Mars/Olympus", "'Mars/Olympus' is no zone of the IANA database.")]
    [InlineData("fix: fix.venue.example:4198\nsender_comp_id: NINES\ntarget_comp_id: VENUE\ncomp_id_is_dedicated: true\nsign: {key: \"not base 64!\"}", "has a key that is not base64.")]
    [InlineData("fix: fix.venue.example:4198\nsender_comp_id: NINES\ntarget_comp_id: VENUE\ncomp_id_is_dedicated: true\nsymbol: BTC-USD\norders: {side: buy, quantity: 1, lowest: 5, highest: 9, daily_cap: 10, price: 4}", "price is not between lowest and highest.")]
    [InlineData("fix: fix.venue.example:4198\nsender_comp_id: NINES\ntarget_comp_id: VENUE\ncomp_id_is_dedicated: true\nsymbol: BTC-USD\norders: {side: buy, quantity: 1, lowest: 5, highest: 9, daily_cap: 10, price: 6, post_only: false}", "an order that may match needs market")]
    [InlineData("fix: fix.venue.example:4198\nsender_comp_id: NINES\ntarget_comp_id: VENUE\ncomp_id_is_dedicated: true\nsymbol: BTC-USD\norders: {side: buy, quantity: 1, lowest: 5, highest: 9, daily_cap: 10, price: 6, time_in_force: ioc}", "post_only does not go with time_in_force: ioc")]
    [InlineData("fix: fix.venue.example:4198\nsender_comp_id: NINES\ntarget_comp_id: VENUE\ncomp_id_is_dedicated: true\nsymbol: BTC-USD\norders: {side: buy, quantity: 0, lowest: 5, highest: 9, daily_cap: 10, price: 6}", "quantity is not above zero.")]
    [InlineData("fix: fix.venue.example:4198\nsender_comp_id: NINES\ntarget_comp_id: VENUE\ncomp_id_is_dedicated: true\norders: {side: buy, quantity: 1, lowest: 5, highest: 9, daily_cap: 10, price: 6}", "orders need the market, as the venue writes it")]
    [InlineData("venue_orders: https://api.venue.example\nsymbol: BTCUSDT\nkey: k\nsecret: s\nshape: custom\norders: {side: buy, quantity: 1, lowest: 5, highest: 9, daily_cap: 10}", ".shape: has no signed interface. Write binance, coinbase or kraken.")]
    [InlineData("venue_orders: https://api.venue.example\nsymbol: BTCUSDT\nkey: k\nsecret: \"not base 64\"\nshape: kraken\norders: {side: buy, quantity: 1, lowest: 5, highest: 9, daily_cap: 10}", "is not base64, as this venue's secrets are.")]
    [InlineData("venue_orders: https://api.venue.example\nsymbol: BTCUSDT\nkey: k\nsecret: c2VjcmV0\nshape: coinbase\norders: {side: buy, quantity: 1, lowest: 5, highest: 9, daily_cap: 10, place: true}", ".passphrase: is missing: keys of coinbase have one.")]
    [InlineData("venue_orders: https://api.venue.example\nsymbol: BTCUSDT\nkey: k\nsecret: c2VjcmV0\nshape: coinbase\npassphrase: p\norders: {side: buy, quantity: 1, lowest: 5, highest: 9, daily_cap: 10}", "place is not true, and this venue has no test order")]
    [InlineData("venue_orders: https://api.venue.example\nsymbol: BTCUSDT\nkey: k\nsecret: s\nshape: binance\norders: {side: buy, quantity: 1, lowest: 5, highest: 4, daily_cap: 10}", "highest is below lowest: no price would be allowed.")]
    [InlineData("signer: [ftp://s.example]", "ftp://s.example is not an absolute http or https URL.")]
    [InlineData("signer: [https://s.example]\nthreshold: 2", "is 2, and there are 1 endpoints: nothing could ever be signed.")]
    [InlineData("signer: [https://s.example, https://s.example]", "names one of them twice")]
    [InlineData("signer: [https://s.example]\nupcheck: \"off\"\nhealthcheck: \"off\"", "are both off")]
    [InlineData("signer: [https://s.example]\nmin_keys: 3", ".keys: is missing: min_keys needs the list.")]
    [InlineData("signer: [https://s.example]\nkeys: publicKeys", "has a path that does not begin with /")]
    [InlineData("signer: [https://s.example]\nbalance: {rpc: https://r.example, account: 0x12, floor: 1}", "account is not an address")]
    public void A_wrong_option_is_said_with_how_to_mend_it(string probe, string said) => Assert.Contains(said, Assert.Single(Mistakes(probe)), StringComparison.Ordinal);

    [Fact]
    public void Vantage_points_do_not_share_a_session()
    {
        const string Yaml = """
            vantage_points: [{name: fra, region: eu}, {name: nyc, region: us}]
            components:
              - name: shop
                kind: venue
                probes:
                  - {fix: "fix.venue.example:4198", sender_comp_id: SENDER, target_comp_id: VENUE, comp_id_is_dedicated: true}
            """;
        var mistakes = Assert.IsType<Nines.Cli.Config.ConfigReading.Refused>(Loading.Read(Yaml.Replace("SENDER", "NINES", StringComparison.Ordinal), ProbeType.All)).Mistakes;
        Assert.Contains("2 vantage points look: the venue has one session for each", Assert.Single(mistakes).ToString(), StringComparison.Ordinal);
        Assert.IsType<Nines.Cli.Config.ConfigReading.Loaded>(Loading.Read(Yaml.Replace("SENDER", "\"N-{vantage_point}\"", StringComparison.Ordinal), ProbeType.All));
    }
}
