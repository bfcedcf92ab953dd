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

    /// <summary>A component has been up for long enough when each probe has looked once more.</summary>
    public static readonly Duration Settled = Duration.FromSeconds(1.2);

    /// <summary>What the dApp's page holds while a user can transfer.</summary>
    public const string GoodPage = ">open<";

    /// <summary>In the order of the config.</summary>
    public static readonly IReadOnlyList<ComponentId> Components =
        [new("chain"), new("node-a"), new("node-b"), new("node-c"), new("token"), new("venue"), new("dapp")];

    public static string Write(DemoLab lab, string data) => string.Create(CultureInfo.InvariantCulture, $$"""
        # Written by `nines demo`. Everything named here runs on this machine while the demo does.
        # How Nines understands it: nines check FILE. Watched with: nines up --config FILE

        data: {{data}}

        vantage_points:
          - name: here
            region: local
            proxy: http://127.0.0.1:{{lab.Uplink.Port}}   # its uplink: all probes go through it, and the demo can cut it

        # A failure counts only if something independent can still be reached on the same path.
        control:
          targets: ["tcp://127.0.0.1:{{lab.Control.Port}}"]
          names: [localhost]

        defaults:
          every: 1s
          timeout: 900ms

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
                block_time: 1s
                head_age_limit: {{HeadAgeLimit.TotalSeconds}}s        # a stale head behind a 200 is effectively down
                conditions: [head_lag < 30 blocks else degraded]

          - name: node-b              # a replica
            kind: node
            chain: chain
            labels: {client: lab-follower}
            probes:
              - evm: {{Text(lab.NodeB.Url)}}
                block_time: 1s
                head_age_limit: {{HeadAgeLimit.TotalSeconds}}s
                conditions: [head_lag < 30 blocks else degraded]

          - name: node-c              # another
            kind: node
            chain: chain
            labels: {client: lab-follower}
            probes:
              - evm: {{Text(lab.NodeC.Url)}}
                block_time: 1s
                head_age_limit: {{HeadAgeLimit.TotalSeconds}}s
                conditions: [head_lag < 30 blocks else degraded]

          - name: token               # OpenZeppelin ERC20Pausable
            kind: contract
            needs: node-a
            probes:
              - contract: {{Text(lab.NodeA.Url)}}
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

          - name: venue
            kind: venue
            probes:
              - http: {{Text(lab.Venue.Url)}}/api/v1/depth?symbol=ETHUSD
                name: rest
                conditions: [status == 200]
              - websocket: {{lab.Stream}}
                name: book
                conditions:
                  - silence < {{SilenceLimit.TotalSeconds}}s         # an open stream that says nothing serves nobody

          - name: dapp
            kind: dapp
            needs: {all_of: [node-b, token]}
            probes:
              - http: {{Text(lab.Dapp.Url)}}
                conditions:
                  - status == 200
                  - body contains "{{GoodPage}}"   # "Transfers are open": what users come for
        """) + "\n";

    private static string Text(Uri url) => url.ToString().TrimEnd('/');
}
