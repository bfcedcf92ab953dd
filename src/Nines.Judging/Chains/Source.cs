using Nines.Core;
using Nines.Core.Components;
using NodaTime;

namespace Nines.Judging.Chains;

/// <summary>A source of a chain as one of its probes sees it from one vantage point: what it told last, and of what it told before as much as comparing needs.</summary>
/// <param name="protocol">The probe's type: heights of different protocols (blocks, slots) are not comparable.</param>
internal sealed class Source(ProbeId probe, VantagePointId from, string protocol)
{
    private const int KeptHeads = 64, KeptHashes = 128;
    private readonly Queue<(Instant At, double Head)> heads = new();
    private readonly Dictionary<double, (string Hash, Instant At)> hashes = [];
    private readonly Queue<double> hashed = new();

    public ProbeId Probe { get; } = probe;
    public ComponentId Component => Probe.Component;
    public VantagePointId From { get; } = from;
    public string Protocol { get; } = protocol;
    public Telling Last { get; private set; } = null!;

    /// <summary>The client's name, as far as it ever said it.</summary>
    public string? Client { get; private set; }

    /// <summary>A reorganisation that its users still feel: as many blocks as were replaced have not been built anew yet.</summary>
    public Reorganisation? Reorganised { get; private set; }

    /// <summary>Up to when it surely told the same chain as the others with which it was compared; null before any comparison.</summary>
    public Instant? AgreedUntil { get; private set; }

    public void Tell(Telling telling)
    {
        var before = Last;
        Last = telling;
        Client = telling.Client ?? Client;
        if (telling.HasHead)
        {
            heads.Enqueue((telling.Since, telling.Head));
            if (heads.Count > KeptHeads) heads.Dequeue();
        }
        if (telling.CheckHash is { } hash && !double.IsNaN(telling.CheckNumber))
        {
            if (!hashes.ContainsKey(telling.CheckNumber)) hashed.Enqueue(telling.CheckNumber);
            hashes[telling.CheckNumber] = (hash, telling.At);
            if (hashed.Count > KeptHashes) hashes.Remove(hashed.Dequeue());
        }
        if (telling.ReorgDepth >= 1 && !(Reorganised is { } known && known.Depth > telling.ReorgDepth && telling.Head < known.Until))
            Reorganised = new Reorganisation(telling.ReorgDepth, telling.Head + telling.ReorgDepth, before is null ? null : new Bounds(before.Since, telling.At));
        else if (Reorganised is { } felt && telling.Head >= felt.Until)
            Reorganised = null;
    }

    /// <returns>What it told of the block of that number, and when; null when it told nothing of it.</returns>
    public (string Hash, Instant At)? HashOf(double number) => hashes.TryGetValue(number, out var told) ? told : null;

    /// <summary>It told the same block of that number as another did. Looks at which its head was no higher saw nothing but what both have.</summary>
    public void AgreeOn(double number)
    {
        foreach (var (at, head) in heads)
            if (head <= number && (AgreedUntil is not { } known || at > known)) AgreedUntil = at;
    }

    public override string ToString() => Client is { } client ? $"{Component} ({client})" : Component.Value;
}

/// <param name="Depth">Blocks that were replaced.</param>
/// <param name="Until">Once the head is so high, as many blocks have been built anew.</param>
/// <param name="When">It happened in here; null when the source was not looked at before.</param>
internal sealed record Reorganisation(double Depth, double Until, Bounds? When);
