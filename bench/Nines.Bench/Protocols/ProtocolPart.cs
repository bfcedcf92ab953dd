using Nines.Bench.Processes;
using Nines.Core;
using NodaTime;

namespace Nines.Bench.Protocols;

/// <summary>One way in which a system of this kind fails, or only seems to.</summary>
/// <param name="Name">The component that it happens to. The component named <c>{Name}-twin</c>, where the part has one, is set up alike, and nothing happens to it: it must stay up.</param>
/// <param name="Expected">Up for what must not be told at all.</param>
/// <param name="Cause">What it must be put down to; null where nothing is to be told.</param>
/// <param name="FailAsync">Makes it happen, and returns between which instants it began for users.</param>
internal sealed record ProtocolScenario(string Name, State Expected, CauseKind? Cause, Func<Task<Bounds>> FailAsync)
{
    /// <summary>Mends it, and returns between which instants; null for what is not mended (a validator that was slashed), and is open in the end.</summary>
    public Func<Task<Bounds>>? HealAsync { get; init; }

    /// <summary>A text that the cause's sentence must hold: the decoded reason, the limit; null for any.</summary>
    public string? MustSay { get; init; }

    /// <summary>For so long it goes on.</summary>
    public TimeSpan Lasts { get; init; } = TimeSpan.FromSeconds(8);

    public string Twin => $"{Name}-twin";

    public bool IsOutage => Expected.IsDown();
}

/// <summary>
/// The scenarios of one kind of system, on one world of peers and stubs, watched by one <c>nines up</c>. Parts are found by looking through this
/// assembly: each is a class with a constructor without parameters. A part that was not started owns nothing.
/// </summary>
internal abstract class ProtocolPart : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> owned = new();

    /// <summary>As <c>--only</c> names it.</summary>
    public abstract string Name { get; }

    /// <summary>Known once it is started, in the order in which they are to fail.</summary>
    public abstract IReadOnlyList<ProtocolScenario> Scenarios { get; }

    /// <summary>After the last was mended: everybody has seen it.</summary>
    public virtual TimeSpan Tail => TimeSpan.FromSeconds(6);

    /// <summary>Everything of the config but the listener, the control check and the default times (1 s, 900 ms).</summary>
    public abstract string Config { get; }

    /// <summary>The components that must have been seen up before anything fails; all scenarios' own and their twins, where they are not told apart.</summary>
    public virtual IEnumerable<string> UpFirst => Scenarios.SelectMany(scenario => new[] { scenario.Name, scenario.Twin }).Where(name => Config.Contains($"name: {name}\n", StringComparison.Ordinal) || Config.Contains($"name: {name},", StringComparison.Ordinal));

    /// <summary>Brings up the peers and stubs.</summary>
    /// <exception cref="MissingException">Something that it cannot do without is not there.</exception>
    public abstract Task StartAsync(BenchOptions options, string folder);

    public async ValueTask DisposeAsync()
    {
        while (owned.TryPop(out var one)) await one.DisposeAsync();
    }

    /// <summary>Ended with the part, the last first.</summary>
    protected T Own<T>(T one) where T : IAsyncDisposable
    {
        owned.Push(one);
        return one;
    }

    protected async Task<LabService> OwnServiceAsync(BenchOptions options, string name, params IEnumerable<string> arguments) =>
        Own(await LabService.StartAsync(options.Root, name, arguments));

    /// <summary>Runs an act that changes what users get, and says between which instants it did.</summary>
    protected static async Task<Bounds> DuringAsync(Func<Task> act)
    {
        var before = Now();
        await act();
        return new Bounds(before, Now());
    }

    protected static Instant Now() => Instant.FromDateTimeOffset(TimeProvider.System.GetUtcNow());

    protected static int FreePort() => Child.FreePort();
}
