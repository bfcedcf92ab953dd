using System.Collections.Immutable;
using System.Globalization;
using Nines.Cli.Demo.Lab;
using Nines.Core.Components;
using NodaTime;

namespace Nines.Cli.Demo;

/// <summary>The config that the demo's watcher runs on: written out as a user would write it.</summary>
internal static class DemoConfig
{
    /// <summary>A block a second, two seconds of slack for a busy machine, two for the replica and for whole-second timestamps.</summary>
    public static readonly Duration HeadAgeLimit = Duration.FromSeconds(5);

    /// <summary>The venue sends five messages a second.</summary>
    public static readonly Duration SilenceLimit = Duration.FromSeconds(2);

    /// <summary>How long a book with a gap may stay without a new snapshot.</summary>
    public static readonly Duration OutOfSyncLimit = Duration.FromSeconds(1);

    /// <summary>How long a look may take.</summary>
    public static readonly Duration LookLimit = Duration.FromMilliseconds(900);

    /// <summary>A component has been up for long enough when each probe has looked once more.</summary>
    public static readonly Duration Settled = Duration.FromSeconds(1.2);

    /// <summary>What the dApp's page holds while a user can transfer.</summary>
    public const string GoodPage = ">open<";

    /// <summary>In the order of the config.</summary>
    public static readonly IReadOnlyList<ComponentId> Components =
        
    [
        new("chain"), new("node-a"), new("node-b"), new("node-c"), new("token"), new("dapp"), new("venue"), new("quotes"), new("swap"), new("site"), new("name"),
        new("front"), new("signer"),
    ];

    /// <summary>What the front is watched from, each a region of its own.</summary>
    public static readonly ImmutableArray<string> Regions = ["america", "asia", "europe"];

    public static string Write(DemoLab lab, Certificates certificates, DemoPlaces places, string data) => string.Create(CultureInfo.InvariantCulture, $$"""
        # Written by `nines demo`. Everything named here runs on this machine while the demo does.
        # How Nines understands it: nines check FILE. Watched with: nines up --config FILE

        data: {{data}}

        # The console and the API; who is not logged in may look at everything.
        listen: {{places.Console}}
        console:
          anonymous: viewer

        # What the public is shown: other names, and nothing of what stands behind them.
        status_page:
          name: Example exchange
          url: http://{{places.StatusPage}}/
          listen: {{places.StatusPage}}
          about: What our users can do now, and for how long they could not.
          incidents_after: 0s
          components:
            - {id: app, name: App, description: Transfers and the page, shows: [dapp, front]}
            - {id: trading, name: Trading, description: Quotes and orders, shows: [venue, quotes]}
            - {id: swaps, name: Swaps, shows: [swap]}
            - {id: website, name: Website, shows: [site, name]}

        vantage_points:
          - name: here
            region: local
            proxy: http://127.0.0.1:{{lab.Uplink.Port}}   # its uplink: all probes that say "from: [here]" go through it
        {{Places(lab)}}

        # A failure counts only if something independent can still be reached on the same path.
        control:
          targets: ["tcp://127.0.0.1:{{lab.PortOf(Plain.Control)}}"]
          names: [localhost]

        defaults:
          every: 1s
          timeout: {{LookLimit.TotalMilliseconds:0}}ms

        # What it costs when they are not usable; made-up amounts. nines price, nines explain loss
        pricing:
          losses:
            - component: dapp         # an outage of the node below is counted here, once, and shown as the node's doing
              rate: {amount: 36000 USD, per: 1h, spread: 0.25}
            - component: venue
              rate: {amount: 90000 USD, per: 1h, spread: 0.4}

        components:
          - name: chain
            kind: chain
            block_time: 1s
            head_age_limit: 15s       # only when every source stalls is it the chain

          - name: node-a              # the block producer (anvil)
            kind: node
            chain: chain
            labels: {client: anvil}
            probes:
              - evm: {{Text(lab.NodeA.Url)}}
                from: [here]
                block_time: 1s
                head_age_limit: {{HeadAgeLimit.TotalSeconds}}s        # a stale head behind a 200 is effectively down
                conditions: [head_lag < 30 blocks else degraded]

          - name: node-b              # a replica
            kind: node
            chain: chain
            labels: {client: lab-follower}
            probes:
              - evm: {{Text(lab.NodeB.Url)}}
                from: [here]
                block_time: 1s
                head_age_limit: {{HeadAgeLimit.TotalSeconds}}s
                conditions: [head_lag < 30 blocks else degraded]

          - name: node-c              # another
            kind: node
            chain: chain
            labels: {client: lab-follower}
            probes:
              - evm: {{Text(lab.NodeC.Url)}}
                from: [here]
                block_time: 1s
                head_age_limit: {{HeadAgeLimit.TotalSeconds}}s
                conditions: [head_lag < 30 blocks else degraded]

          - name: token               # OpenZeppelin ERC20Pausable
            kind: contract
            needs: node-a
            probes:
              - contract: {{Text(lab.NodeA.Url)}}
                from: [here]
                address: "{{lab.Token}}"
                call: paused() returns (bool)
                simulate:             # what its users come for, tried at the latest block and never sent
                  name: transfer
                  from: "{{lab.TokenOwner}}"
                  call: transfer(address,uint256) returns (bool)
                  args: ["0x000000000000000000000000000000000000dEaD", "1"]
                errors: [error EnforcedPause()]
                conditions:
                  - not reverted
                  - result == false   # paused() says no

          - name: dapp
            kind: dapp
            needs: {all_of: [node-b, token]}
            probes:
              - http: {{Text(lab.Dapp.Url)}}
                from: [here]
                conditions:
                  - status == 200
                  - body contains "{{GoodPage}}"   # "Transfers are open": what users come for

          - name: venue
            kind: venue
            probes:
              - venue: {{Text(lab.Venue.Url)}}
                name: rest
                from: [here]
                symbol: ETHUSD
                status:
                  - path: /api/v1/exchangeInfo
                    at: $.status
                book: {path: "/api/v1/depth?symbol={symbol}&limit={depth}", bids: $.bids, asks: $.asks, sequence: $.sequence}
                conditions:
                  - trading_status == "trading"
              - venue_stream: {{lab.Stream}}
                name: book
                from: [here]
                symbol: ETHUSD
                messages: {kind: [$.type], snapshot: snapshot, update: book, status: status, status_at: $.status, symbol: $.symbol, sequence: $.sequence}
                conditions:
                  - silence < {{SilenceLimit.TotalSeconds}}s        # an open stream that says nothing serves nobody
                  - out_of_sync < {{OutOfSyncLimit.TotalSeconds}}s    # after a gap the book is wrong until there is a new snapshot
                  - trading_status != "cancel_only"

          - name: quotes              # prices from somebody else
            kind: provider
            probes:
              - http: http://127.0.0.1:{{lab.PortOf(Plain.Quotes)}}/
                from: [here]

          - name: swap                # cannot be used without them: judged by what it needs
            kind: dapp
            needs: quotes

          - name: site
            kind: infra
            probes:
              - tls: 127.0.0.1:{{lab.Site.Port}}
                from: [here]
                server_name: {{Certificates.ServerName}}
                ca_file: {{certificates.Root}}

          - name: name
            kind: infra
            probes:
              - dns: {{DemoLab.Name}}
                from: [here]
                resolvers: ["127.0.0.1:{{lab.Zone.Port}}"]
                authoritative: true
                expect: [{{DemoLab.RightAddress}}]

          - name: front               # watched from three regions
            kind: infra
            probes:
              - http: http://127.0.0.1:{{lab.PortOf(Plain.Front)}}/
                from: [{{string.Join(", ", Regions)}}]

          - name: signer              # is maintained, for longer than was said
            kind: custody
            probes:
              - http: http://127.0.0.1:{{lab.PortOf(Plain.Signer)}}/
                from: [here]
        """) + "\n";

    private static string Places(DemoLab lab) => string.Join("\n", lab.Regions.Select(region =>
        string.Create(CultureInfo.InvariantCulture, $"  - {{name: {region.Key}, proxy: \"http://127.0.0.1:{region.Value.Port}\"}}")));

    private static string Text(Uri url) => url.ToString().TrimEnd('/');
}
