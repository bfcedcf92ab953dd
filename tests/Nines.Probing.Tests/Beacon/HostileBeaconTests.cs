using System.Net;
using System.Text;
using Nines.Core.Observations;
using Nines.Probing.Beacon;
using Nines.Probing.Http;
using Nines.Probing.Validators;

namespace Nines.Probing.Tests.Beacon;

/// <summary>A node that answers in the right shape with wrong numbers, or in pieces of the right shape: looks end with a reason, always.</summary>
public sealed class HostileBeaconTests
{
    private const string Root = "0xcf8e0d4e9587369b2301d0790347320302cc0943d5a1884560367e8208d920f2";

    private static readonly (string Path, string Body)[] Answers =
    [
        ("/node/syncing", """{"data":{"head_slot":"321","sync_distance":"0","is_syncing":false,"is_optimistic":false,"el_offline":false}}"""),
        ("/node/version", """{"data":{"version":"Stub/1.0"}}"""),
        ("/node/peer_count", """{"data":{"disconnected":"12","connecting":"3","connected":"57","disconnecting":"0"}}"""),
        ("/node/health", ""),
        ("/config/spec", """{"data":{"CONFIG_NAME":"stub","SECONDS_PER_SLOT":"12","SLOTS_PER_EPOCH":"32","DEPOSIT_CHAIN_ID":"1"}}"""),
        ("/beacon/genesis", $$$"""{"data":{"genesis_time":"1600000000","genesis_validators_root":"{{{Root}}}","genesis_fork_version":"0x06000000"}}"""),
        ("/beacon/headers/", $$$$"""{"execution_optimistic":false,"finalized":false,"data":{"root":"{{{{Root}}}}","canonical":true,"header":{"message":{"slot":"321","proposer_index":"3","parent_root":"{{{{Root}}}}"},"signature":"0x00"}}}"""),
        ("/finality_checkpoints", $$$$"""{"data":{"previous_justified":{"epoch":"8","root":"{{{{Root}}}}"},"current_justified":{"epoch":"9","root":"{{{{Root}}}}"},"finalized":{"epoch":"8","root":"{{{{Root}}}}"}}}"""),
        ("/validators", $$$"""{"data":[{"index":"3","balance":"32000000000","status":"active_ongoing","validator":{"pubkey":"{{{Root}}}{{{Root[2..34]}}}","effective_balance":"32000000000","slashed":false,"activation_epoch":"0","exit_epoch":"18446744073709551615"}}]}"""),
        ("/rewards/attestations/", """{"data":{"ideal_rewards":[],"total_rewards":[{"validator_index":"3","head":"2862","target":"5316","source":"2862","inactivity":"0"}]}}"""),
        ("/rewards/sync_committee/", """{"data":[{"validator_index":"3","reward":"-21000"}]}"""),
        ("/duties/proposer/", """{"data":[{"validator_index":"3","slot":"257"}]}"""),
        ("/duties/sync/", """{"data":[{"validator_index":"3","validator_sync_committee_indices":["0"]}]}"""),
    ];

    private static readonly string[] Numbers = ["0", "1", "18446744073709551615", "18446744073709551616", "1152921504606846975", "1152921504606846976", "9223372036854775807", "-9223372036854775808", "-1", "253402300800", "", "1e9"];

    [Fact]
    public async Task The_answers_unchanged_are_answered_by_both_probes()
    {
        Assert.IsType<Outcome.Answered>((await LookTwiceAsync(new Node(new Random(0), 0))).Beacon.Outcome);
        Assert.IsType<Outcome.Answered>((await LookTwiceAsync(new Node(new Random(0), 0))).Validators.Outcome);
    }

    [Fact]
    public async Task Ten_thousand_changed_nodes_are_looked_at_without_an_exception()
    {
        var outcomes = new HashSet<Type>();
        for (var seed = 0; seed < 5_000; seed++)
        {
            var (beacon, validators) = await LookTwiceAsync(new Node(new Random(seed), 25)); // an exception names no seed, so the stack does: rerun with it
            outcomes.UnionWith([beacon.Outcome.GetType(), validators.Outcome.GetType()]);
        }
        Assert.Equal(3, outcomes.Count); // answered, refused, probe fault
    }

    private static async Task<(Sight Beacon, Sight Validators)> LookTwiceAsync(Node node)
    {
        var beacon = new BeaconOptions { Url = new Uri("http://node.example"), Events = false, Tripwire = TripwireUse.Off, ParticipationSample = 10 };
        var validators = new ValidatorsOptions { Url = new Uri("http://node.example"), Ids = ["3"], StaleAfter = NodaTime.Duration.FromDays(36_500) };
        await using var one = new BeaconProbe(Look.Define("beacon", beacon), beacon, Look.Path(), Look.Environment, node);
        await using var other = new ValidatorsProbe(Look.Define("validators", validators), validators, Look.Path(), Look.Environment, node);
        await one.LookAsync(CancellationToken.None);
        await other.LookAsync(CancellationToken.None);
        return (await one.LookAsync(CancellationToken.None), await other.LookAsync(CancellationToken.None));
    }

    /// <summary>Answers as above; of a hundred answers some have a number, a text or a byte changed, are cut, or are refused.</summary>
    private sealed class Node(Random random, int changedOfHundred) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = Answers.Last(answer => request.RequestUri!.AbsolutePath.Contains(answer.Path, StringComparison.Ordinal)).Body;
            var status = 200;
            if (random.Next(100) < changedOfHundred) (status, body) = Change(body);
            return Task.FromResult(new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(Encoding.Latin1.GetBytes(body)) });
        }

        private (int Status, string Body) Change(string body)
        {
            var at = body.Length == 0 ? 0 : random.Next(body.Length);
            switch (random.Next(5))
            {
                case 0:
                    return (((int[])[400, 404, 405, 500, 503])[random.Next(5)], """{"code":404,"message":"no"}""");
                case 1:
                    return (200, body[..at]);
                case 2:
                    return (200, body.Length == 0 ? "x" : body[..at] + (char)random.Next(32, 256) + body[(at + 1)..]);
                default:
                    // Any of the numbers that are written as texts.
                    var numbers = System.Text.RegularExpressions.Regex.Matches(body, "\"-?[0-9]+\"");
                    if (numbers.Count == 0) return (200, body);
                    var number = numbers[random.Next(numbers.Count)];
                    return (200, $"{body[..number.Index]}\"{Numbers[random.Next(Numbers.Length)]}\"{body[(number.Index + number.Length)..]}");
            }
        }
    }
}
