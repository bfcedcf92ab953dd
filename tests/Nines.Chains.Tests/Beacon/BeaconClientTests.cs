using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Nines.Chains.Beacon;
using NodaTime;
using static Nines.Chains.Tests.Beacon.BeaconAnswers;

namespace Nines.Chains.Tests.Beacon;

public sealed class BeaconClientTests
{
    private static readonly CancellationToken NoLimit = CancellationToken.None;

    [Fact]
    public async Task Each_answer_of_the_specification_is_read()
    {
        Assert.Equal(new NodeSyncing(1, 18_446_744_073_709_551_614, true, true, true), Value(await Client(Syncing).SyncingAsync(NoLimit)));
        Assert.Equal(56u, Value(await Client(PeerCount).PeerCountAsync(NoLimit)));
        Assert.Equal("Lighthouse/v0.1.5 (Linux x86_64)", Value(await Client(BeaconAnswers.Version).VersionAsync(NoLimit)));
        Assert.Equal(Instant.FromUnixTimeSeconds(1_590_832_934), Value(await Client(BeaconAnswers.Genesis).GenesisAsync(NoLimit)).Time);
        Assert.Equal(new ChainSpec(Duration.FromSeconds(12), 32, 1, "mainnet"), Value(await Client(Spec).SpecAsync(NoLimit)));
        var header = Value(await Client(Header).HeaderAsync("head", NoLimit));
        Assert.Equal((9_007_199_254_740_993u, 7u, Root), (header.Slot, header.ProposerIndex, header.ParentRoot.ToString()));
        Assert.Equal((2u, 0u), await CheckpointsAsync());
        Assert.Equal(new BlockReward(123, 500), Value(await Client(BlockRewards).BlockRewardsAsync("head", NoLimit)));
        Assert.Equal([new ProposerDuty(1, 2)], Value(await Client(ProposerDuties).ProposerDutiesAsync(0, NoLimit)));
        Assert.Equal([new AttesterDuty(1, 3)], Value(await Client(AttesterDuties).AttesterDutiesAsync(0, [1], NoLimit)));
        Assert.Equal([new SyncDuty(1, 2)], Value(await Client(SyncDuties).SyncDutiesAsync(0, [1], NoLimit)));
        Assert.Equal([new Nines.Chains.Beacon.Liveness(1, true), new Nines.Chains.Beacon.Liveness(2, false)], Value(await Client(BeaconAnswers.Liveness).LivenessAsync(0, [1, 2], NoLimit)));

        async Task<(ulong, ulong)> CheckpointsAsync()
        {
            var said = Value(await Client(Finality).FinalityAsync(NoLimit));
            return (said.CurrentJustified.Epoch, said.Finalized.Epoch);
        }
    }

    [Fact]
    public async Task A_validator_has_its_key_its_balance_and_epochs_that_never_come()
    {
        var validator = Assert.Single(Value(await Client(Validators).ValidatorsAsync("head", [ValidatorId.Of(1)], NoLimit)));
        Assert.Equal((1u, Key, ValidatorStatus.ActiveOngoing, 32_000_000_001u), (validator.Index, validator.Key.ToString(), validator.Status, validator.Balance));
        Assert.Equal(Validator.FarFuture, validator.ExitEpoch);
        Assert.False(validator.IsOnDutyIn(1));
        Assert.True(validator.IsOnDutyIn(2));
    }

    [Fact]
    public async Task A_fine_is_a_negative_reward_and_tells_a_missed_attestation()
    {
        var rewards = Value(await Client(AttestationRewards).AttestationRewardsAsync(3, [ValidatorId.Of(0), ValidatorId.Of(7)], NoLimit));
        Assert.Equal([false, true], rewards.Select(reward => reward.IsMissed));
        Assert.Equal([8_000, -6_001], rewards.Select(reward => reward.Total));
        var sync = Value(await Client(SyncRewards).SyncCommitteeRewardsAsync(3, [], NoLimit));
        Assert.Equal([2_000, -2_000], sync.Select(reward => reward.Reward));
    }

    [Fact]
    public async Task Ids_go_as_texts_in_the_body_and_the_path_names_the_epoch()
    {
        var asked = new List<(string Path, string Body)>();
        var client = Client(request =>
        {
            asked.Add(request);
            return (200, AttestationRewards);
        }, "http://node.example/prefix/?apikey=k");
        await client.AttestationRewardsAsync(12, [ValidatorId.Of(5), ValidatorId.Of(KeyOf(Key))], NoLimit);
        Assert.Equal([("/prefix/eth/v1/beacon/rewards/attestations/12?apikey=k", $"[\"5\",\"{Key}\"]")], asked);
    }

    [Fact]
    public async Task A_node_that_does_not_take_ids_in_a_body_is_asked_for_64_at_a_time()
    {
        var asked = new List<string>();
        var client = Client(request =>
        {
            asked.Add(request.Path);
            return request.Body.Length > 0 ? (405, "{}") : (200, Validators);
        });
        ValidatorId[] ids = [.. Enumerable.Range(0, 130).Select(index => ValidatorId.Of((ulong)index))];
        Assert.Equal(3, Value(await client.ValidatorsAsync("head", ids, NoLimit)).Count);
        Assert.Equal(4, asked.Count);
        Assert.Equal(64, asked[1].Split(',').Length);
        await client.ValidatorsAsync("head", ids[..1], NoLimit);
        Assert.Equal("/eth/v1/beacon/states/head/validators?id=0", asked[^1]);
    }

    [Theory]
    [InlineData(404, BeaconErrorKind.NotFound)]
    [InlineData(503, BeaconErrorKind.Syncing)]
    [InlineData(429, BeaconErrorKind.RateLimited)]
    [InlineData(405, BeaconErrorKind.Unsupported)]
    [InlineData(414, BeaconErrorKind.TooMany)]
    [InlineData(500, BeaconErrorKind.Failed)]
    public async Task A_refusal_has_its_kind_and_the_nodes_own_words(int status, BeaconErrorKind kind)
    {
        var refused = Assert.IsType<BeaconAnswer<FinalityCheckpoints>.Refused>(await Client(Error, status).FinalityAsync(NoLimit));
        Assert.Equal((kind, "State not found"), (refused.Kind, refused.Message));
    }

    [Theory]
    [InlineData("<html>busy</html>")]
    [InlineData("")]
    [InlineData("""{"data":{"head_slot":"-1","sync_distance":"0","is_syncing":false}}""")]
    [InlineData("""{"data":{"head_slot":"18446744073709551616","sync_distance":"0","is_syncing":false}}""")]
    [InlineData("""{"data":{"head_slot":"1","sync_distance":"0"}}""")]
    [InlineData("""{"data":{"head_slot":"1","sync_distance":"0","is_syncing":"\ud800"}}""")]
    [InlineData("""{"data":{"head_slot":"1","sync_distance":"0","is_syncing":false}} {}""")]
    public async Task What_the_specification_does_not_have_is_malformed(string body) =>
        Assert.IsType<BeaconAnswer<NodeSyncing>.Malformed>(await Client(body).SyncingAsync(NoLimit));

    [Fact]
    public async Task An_answer_longer_than_the_limit_is_malformed_but_thousands_of_validators_may_be_longer()
    {
        var one = Validators[Validators.IndexOf("{\"index\"", StringComparison.Ordinal)..Validators.LastIndexOf(']')];
        var many = $$"""{"data":[{{string.Join(',', Enumerable.Repeat(one, 4_000))}}]}""";
        Assert.True(many.Length > 1 << 20);
        Assert.Equal(4_000, Value(await Client(many).ValidatorsAsync("head", [.. Enumerable.Range(0, 4_000).Select(i => ValidatorId.Of((ulong)i))], NoLimit)).Count);
        Assert.Contains("longer than", Assert.IsType<BeaconAnswer<List<Validator>>.Malformed>(await Client(many).ValidatorsAsync("head", [ValidatorId.Of(1)], NoLimit)).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_is_the_status_whatever_the_body() =>
        Assert.Equal((200, 206, 503), (await Client("", 200).HealthAsync(NoLimit), await Client("", 206).HealthAsync(NoLimit), await Client("{}", 503).HealthAsync(NoLimit)));

    [Fact]
    public void Ids_are_indices_or_public_keys()
    {
        Assert.True(ValidatorId.TryParse("18446744073709551615", out var index));
        Assert.Equal(ulong.MaxValue, index.Index);
        Assert.True(ValidatorId.TryParse(Key, out var key));
        Assert.Equal(Key, key.ToString());
        foreach (var wrong in (string[])["", "-1", "1.5", " 1", Key[..^1], Key + "0", Key[2..], "18446744073709551616"]) Assert.False(ValidatorId.TryParse(wrong, out _));
    }

    [Fact]
    public async Task Events_are_told_one_by_one_however_the_stream_is_cut()
    {
        foreach (var step in (int[])[1, 3, 17, 4_096])
            foreach (var ends in (string[])["\n", "\r\n", "\r"])
            {
                var reader = new BeaconEventReader(new Dripping(Encoding.UTF8.GetBytes(Events.ReplaceLineEndings("\n").Replace("\n", ends, StringComparison.Ordinal)), step));
                Assert.Equal(10u, Assert.IsType<BeaconEvent.Head>(await reader.ReadAsync(NoLimit)).Slot);
                Assert.Equal(2u, Assert.IsType<BeaconEvent.FinalizedCheckpoint>(await reader.ReadAsync(NoLimit)).Epoch);
                Assert.Equal(new BeaconEvent.ChainReorg(200, 50), await reader.ReadAsync(NoLimit));
                Assert.Null(await reader.ReadAsync(NoLimit));
            }
    }

    [Fact]
    public async Task A_line_without_end_is_given_up() =>
        await Assert.ThrowsAsync<InvalidDataException>(async () => await new BeaconEventReader(new MemoryStream(new byte[1 << 20])).ReadAsync(NoLimit));

    [Fact]
    public void Mutated_answers_are_answers_or_typed_failures_and_never_crash() => Prop.ForAll(Mutations.Of(All), IsTypedForEveryQuestion).Check(Mutations.Many);

    [Fact]
    public void Mutated_streams_are_events_or_end_and_never_crash() => Prop.ForAll(Mutations.Of(Encoding.UTF8.GetBytes(Events)), EndsWhateverComes).Check(Mutations.Many);

    private static bool IsTypedForEveryQuestion(byte[] body)
    {
        foreach (var status in (int[])[200, 404])
        {
            var client = new BeaconClient(new HttpMessageInvoker(new Handler(_ => (status, body))), new Uri("http://node.example/"));
            Task[] all =
            [
                client.SyncingAsync(NoLimit), client.PeerCountAsync(NoLimit), client.VersionAsync(NoLimit), client.GenesisAsync(NoLimit), client.SpecAsync(NoLimit), client.HeaderAsync(1, NoLimit),
                client.FinalityAsync(NoLimit), client.ValidatorsAsync("head", [ValidatorId.Of(1)], NoLimit), client.AttestationRewardsAsync(1, [], NoLimit), client.SyncCommitteeRewardsAsync(1, [], NoLimit),
                client.BlockRewardsAsync("1", NoLimit), client.ProposerDutiesAsync(1, NoLimit), client.AttesterDutiesAsync(1, [], NoLimit), client.SyncDutiesAsync(1, [], NoLimit), client.LivenessAsync(1, [], NoLimit),
            ];
            foreach (var one in all) one.GetAwaiter().GetResult(); // an exception is the failure
        }

        return true;
    }

    private static bool EndsWhateverComes(byte[] stream)
    {
        var reader = new BeaconEventReader(new MemoryStream(stream));
        var events = 0;
        while (reader.ReadAsync(NoLimit).AsTask().GetAwaiter().GetResult() is not null) events++;
        return events <= stream.Length;
    }

    private static PublicKey KeyOf(string text) => PublicKey.TryParse(text, out var key) ? key : throw new FormatException(text);

    private static T Value<T>(BeaconAnswer<T> answer) => Assert.IsType<BeaconAnswer<T>.Answered>(answer).Value;

    private static BeaconClient Client(string body, int status = 200) => Client(_ => (status, body));

    private static BeaconClient Client(Func<(string Path, string Body), (int Status, string Body)> answer, string url = "http://node.example/") => new(
        new HttpMessageInvoker(new Handler(request =>
        {
            var (status, body) = answer(request);
            return (status, Encoding.UTF8.GetBytes(body));
        })), new Uri(url, UriKind.Absolute));

    private sealed class Handler(Func<(string Path, string Body), (int Status, byte[] Body)> answer) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var asked = request.Content is { } content ? await content.ReadAsStringAsync(cancellationToken) : "";
            var (status, body) = answer((request.RequestUri!.PathAndQuery, asked));
            return new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(body) };
        }
    }

    /// <summary>Gives a few bytes at a time.</summary>
    private sealed class Dripping(byte[] bytes, int step) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..Math.Min(step, buffer.Length)], cancellationToken);
    }
}
