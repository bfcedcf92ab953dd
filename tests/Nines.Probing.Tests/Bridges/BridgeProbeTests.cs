using System.Text;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Bridges;
using Nines.Probing.Evm;
using Nines.Probing.Tests.Evm;
using NodaTime;

namespace Nines.Probing.Tests.Bridges;

public sealed class BridgeProbeTests
{
    private static readonly Duration Lasts = Duration.FromMinutes(2);
    private static readonly BridgeRead Messages = new() { Address = BridgeWorld.Vault, Call = "messages() returns (uint64)" };

    private static readonly BridgeOptions Options = new()
    {
        Url = new Uri("http://source.test/"),
        Destination = new Uri("http://destination.test/"),
        Locked = new BridgeRead { Address = BridgeWorld.Vault, Call = "amount() returns (uint256)" },
        Minted = new BridgeRead { Address = BridgeWorld.Token, Call = "amount() returns (uint256)" },
        Sent = Messages,
        Received = Messages with { Address = BridgeWorld.Token },
        ClockSkew = BridgeWorld.Skew,
        HeadAgeLimit = new HeadAgeLimit(null),
        Quota = HostileAnswersTests.Plenty,
        DestinationQuota = HostileAnswersTests.Plenty,
    };

    [Fact]
    public async Task A_bridge_that_does_right_is_never_accused_whatever_is_on_its_way()
    {
        var (looks, lockedFirst, mintedFirst) = (0, 0, 0);
        for (var seed = 0; seed < 120; seed++)
        {
            var world = new BridgeWorld(seed, Lasts);
            var definition = Define();
            await using var probe = Make(definition, world);
            var random = new Random(seed);
            for (world.Clock = 20; world.Clock < Lasts.TotalSeconds - 5; world.Clock += random.NextDouble() * 8)
            {
                var naive = world.Naive(random.NextDouble());
                if (naive.LockedFirst) lockedFirst++;
                if (naive.MintedFirst) mintedFirst++;
                var sight = await probe.LookAsync(CancellationToken.None);
                Assert.True(sight.Outcome is Outcome.Answered, $"seed {seed} at {world.Clock}: {sight.Outcome}");
                Assert.False(sight.Value(definition, "mint_without_lock").Flag, $"seed {seed} at {world.Clock}: {sight.Value(definition, "backing").Text}");
                Assert.False(sight.Value(definition, "received_unsent").Flag, $"seed {seed} at {world.Clock}");
                looks++;
            }
        }
        // Whoever reads the newest of both, in either order, does accuse it.
        Assert.True(looks > 1_500 && lockedFirst > 10 && mintedFirst > 10, $"{looks} looks, {lockedFirst} and {mintedFirst} accusations");
    }

    [Fact]
    public async Task A_mint_without_a_lock_is_seen_in_every_look_at_a_moment_after_it()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var world = new BridgeWorld(seed, Lasts);
            var random = new Random(seed);
            var attacked = 50 + random.NextDouble() * 20;
            world.Attack(attacked, 1_000_000);
            var definition = Define();
            await using var probe = Make(definition, world);
            var (before, after) = (0, 0);
            for (world.Clock = 30; world.Clock < Lasts.TotalSeconds - 5; world.Clock += random.NextDouble() * 8)
            {
                var sight = await probe.LookAsync(CancellationToken.None);
                var moment = (world.Now - Duration.FromSeconds(sight.Value(definition, "moment_age").Number)).ToUnixTimeSeconds() - (world.Now - Duration.FromSeconds(world.Clock)).ToUnixTimeSeconds();
                var isTold = sight.Value(definition, "mint_without_lock").Flag;
                // A timestamp is 3 s off at most, a block 16.5 s behind it; the skew is 6 s.
                if (moment + 3 < attacked) Assert.False(isTold, $"seed {seed}: {moment} before {attacked}");
                if (moment - 20 > attacked) Assert.True(isTold, $"seed {seed}: {moment} after {attacked}: {sight.Value(definition, "backing").Text}");
                if (isTold) after++;
                else before++;
            }
            Assert.True(before > 0 && after > 0, $"seed {seed}: {before} and {after}");
        }
    }

    [Fact]
    public async Task A_message_that_never_arrives_ages_from_when_it_was_sent_on_over_a_restart_too()
    {
        var memory = new ProbeMemory([]);
        var (sent, received, now) = (7, 7, Instant.FromUnixTimeSeconds(1_700_000_000));
        RpcScript At(Func<int> count)
        {
            var script = new RpcScript();
            script.Methods["eth_call"] = _ => RpcScript.Result($"\"0x{count():x64}\"");
            script.Methods["eth_getBlockByNumber"] = parameters =>
            {
                var newest = (ulong)(now - Instant.FromUnixTimeSeconds(1_699_990_000)).TotalSeconds;
                var number = parameters[0]!.GetValue<string>() == "latest" ? newest : Convert.ToUInt64(parameters[0]!.GetValue<string>()[2..], 16);
                return RpcScript.Block(number, 1_699_990_000 + (long)number);
            };
            return script;
        }
        var (source, destination) = (At(() => sent), At(() => received));
        var definition = Look.WithDefaults("bridge", Options with { MaxMessageAge = Duration.FromMinutes(5), ClockSkew = Duration.FromSeconds(2), Locked = Options.Sent!, Minted = Options.Received! });
        BridgeProbe Start() => new(definition, (BridgeOptions)definition.Options, Look.Path(), Look.Environment with { Now = () => now, Memory = memory }, new ScriptHandler(source.Answer), new ScriptHandler(destination.Answer));
        async Task<Sight> OnceAsync(int seconds)
        {
            now += Duration.FromSeconds(seconds);
            await using var probe = Start();
            return await probe.LookAsync(CancellationToken.None);
        }

        Assert.Equal(0, (await OnceAsync(0)).Value(definition, "message_age").Number);
        sent = 9;
        await OnceAsync(10);
        received = 8;
        var young = await OnceAsync(200);
        Assert.Empty(young.Broken(definition));
        Assert.Equal((1, 198), (young.Value(definition, "pending").Number, young.Value(definition, "message_age").Number), (left, right) => left.Item1 == right.Item1 && Math.Abs(left.Item2 - right.Item2) <= 4);
        var old = await OnceAsync(110);
        Assert.Equal(["message_age < 5m"], old.Broken(definition));
        Assert.InRange(old.Value(definition, "message_age").Number, 310, 318);
        received = 9;
        Assert.Empty((await OnceAsync(10)).Broken(definition));
        received = 10;
        Assert.Equal(["not mint_without_lock", "not received_unsent"], (await OnceAsync(10)).Broken(definition));
    }

    [Fact]
    public async Task Decimals_of_the_two_sides_may_differ_and_rounding_is_tolerated()
    {
        var world = new BridgeWorld(1, Lasts) { Clock = 100 };
        var scaled = Look.WithDefaults("bridge", Options with { Minted = Options.Minted with { Decimals = 6 } });
        await using var many = Make(scaled, world);
        Assert.Equal(0.01, (await many.LookAsync(CancellationToken.None)).Value(scaled, "minted").Number, 0.003);
        world.Attack(0, 20_000);
        var definition = Define();
        await using var strict = Make(definition, world);
        var told = await strict.LookAsync(CancellationToken.None);
        Assert.True(told.Value(definition, "mint_without_lock").Flag);
        var surplus = told.Value(definition, "unbacked").Exact!.Value;
        Assert.InRange(surplus.ToDouble(), 10_000, 20_000);
        var tolerant = Look.WithDefaults("bridge", Options with { Tolerance = 20_000.5m });
        await using var lenient = Make(tolerant, world);
        Assert.False((await lenient.LookAsync(CancellationToken.None)).Value(tolerant, "mint_without_lock").Flag);
    }

    [Fact]
    public async Task Ten_thousand_mutated_answers_of_two_chains_each_give_a_reasoned_outcome()
    {
        var random = new Random(5);
        // A look needs six answers and more: were each of them changed, hardly any would get far.
        ScriptHandler Hostile(RpcScript script) => new(asked => Encoding.UTF8.GetBytes(script.Answer(asked)) is var right && random.Next(4) == 0 ? HostileAnswersTests.Mutated(right, random) : right);
        RpcScript Script()
        {
            var script = new RpcScript();
            script.Methods["eth_getBlockByNumber"] = parameters =>
            {
                var number = parameters[0]!.GetValue<string>() == "latest" ? script.Head : Convert.ToUInt64(parameters[0]!.GetValue<string>()[2..], 16);
                return number <= script.Head ? RpcScript.Block(number, 1_700_000_000 + (long)number) : RpcScript.Result("null");
            };
            return script;
        }
        var (source, destination) = (Script(), Script());
        destination.Methods["eth_call"] = _ => RpcScript.Result($"\"0x{random.Next(3):x64}\"");
        var (toSource, toDestination) = (Hostile(source), Hostile(destination));
        int[] statuses = [.. Enumerable.Repeat(200, 40), 400, 429, 503];
        var definition = Define();
        await using var probe = new BridgeProbe(definition, (BridgeOptions)definition.Options, Look.Path(), Look.Environment with { Requests = new() }, toSource, toDestination);
        var kinds = new Dictionary<string, int>();
        for (var i = 0; i < 10_000; i++)
        {
            (toSource.Status, toDestination.Status) = (statuses[random.Next(statuses.Length)], statuses[random.Next(statuses.Length)]);
            source.Head += (ulong)random.Next(3);
            destination.Head += (ulong)random.Next(3);
            var sight = await probe.LookAsync(CancellationToken.None);
            var kind = sight.Outcome switch
            {
                Outcome.Answered => "answered",
                Outcome.Refused { Code.Length: > 0, Message.Length: > 0 and < 2_000 } refused => refused.Code,
                Outcome.ProbeFault { Reason.Length: > 0 and < 500 } => "fault",
                _ => throw new InvalidOperationException($"look {i}: {sight.Outcome}"),
            };
            kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
        }
        Assert.Superset(new HashSet<string> { "answered", "malformed", "rate_limited", "http_503" }, kinds.Keys.ToHashSet());
    }

    [Fact]
    public void Mistakes_in_the_options_say_what_is_wrong()
    {
        var type = new BridgeProbeType();
        Assert.Empty(type.Validate(Options));
        var wrong = Options with { Locked = Options.Locked with { Address = "0x1" }, Minted = Options.Minted with { Call = "name() returns (string)" }, Received = null, Tolerance = -1, Destination = new Uri("ftp://x/") };
        Assert.Equal(["destination", "locked", "minted", "sent", "tolerance"], type.Validate(wrong).Select(mistake => mistake.Option));
    }

    private static ProbeDefinition Define() => Look.WithDefaults("bridge", Options);

    private static BridgeProbe Make(ProbeDefinition definition, BridgeWorld world) =>
        new(definition, (BridgeOptions)definition.Options, Look.Path(), Look.Environment with { Now = () => world.Now, Requests = new() }, world.ToSource(), world.ToDestination());
}
