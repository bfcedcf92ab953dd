using System.Text.Json;
using Nines.Chains.Evm;

namespace Nines.Chains.Beacon;

/// <summary>What a beacon node tells of its own accord.</summary>
public abstract record BeaconEvent
{
    private BeaconEvent()
    {
    }

    /// <summary>The node has another head.</summary>
    public sealed record Head(ulong Slot, Hash32 Block) : BeaconEvent;

    public sealed record FinalizedCheckpoint(ulong Epoch, Hash32 Block) : BeaconEvent;

    /// <summary>The node has moved to another branch.</summary>
    /// <param name="Slot">Of the new head.</param>
    /// <param name="Depth">Slots from the old head back to the block that both branches have.</param>
    public sealed record ChainReorg(ulong Slot, ulong Depth) : BeaconEvent;

    /// <summary>An event that was not asked for, or a comment.</summary>
    public sealed record Other : BeaconEvent;

    /// <summary>An event whose data is not as the specification has it.</summary>
    public sealed record Malformed(string Why) : BeaconEvent;

    /// <param name="name">The event's name in the stream.</param>
    /// <param name="data">Its data.</param>
    public static BeaconEvent Read(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        try
        {
            if (name.SequenceEqual("head"u8)) return ReadHead(data);
            if (name.SequenceEqual("finalized_checkpoint"u8)) return ReadFinalized(data);
            if (name.SequenceEqual("chain_reorg"u8)) return ReadReorg(data);
            return new Other();
        }
        catch (Exception unreadable) when (unreadable is FormatException or JsonException or InvalidOperationException)
        {
            return new Malformed(unreadable is FormatException ? unreadable.Message : "the event's data is not JSON");
        }
    }

    private static Head ReadHead(ReadOnlySpan<byte> data)
    {
        var json = new BeaconJson(data);
        ulong? slot = null;
        Hash32? block = null;
        json.BeginObject();
        while (json.NextProperty())
        {
            if (json.IsProperty("slot"u8)) slot = json.Height();
            else if (json.IsProperty("block"u8)) block = json.Root();
            else json.Skip();
        }

        return new Head(slot ?? throw BeaconReading.Missing("slot"), block ?? throw BeaconReading.Missing("block"));
    }

    private static FinalizedCheckpoint ReadFinalized(ReadOnlySpan<byte> data)
    {
        var json = new BeaconJson(data);
        ulong? epoch = null;
        Hash32? block = null;
        json.BeginObject();
        while (json.NextProperty())
        {
            if (json.IsProperty("epoch"u8)) epoch = json.Height();
            else if (json.IsProperty("block"u8)) block = json.Root();
            else json.Skip();
        }

        return new FinalizedCheckpoint(epoch ?? throw BeaconReading.Missing("epoch"), block ?? throw BeaconReading.Missing("block"));
    }

    private static ChainReorg ReadReorg(ReadOnlySpan<byte> data)
    {
        var json = new BeaconJson(data);
        ulong? slot = null, depth = null;
        json.BeginObject();
        while (json.NextProperty())
        {
            if (json.IsProperty("slot"u8)) slot = json.Height();
            else if (json.IsProperty("depth"u8)) depth = json.Height();
            else json.Skip();
        }

        return new ChainReorg(slot ?? throw BeaconReading.Missing("slot"), depth ?? throw BeaconReading.Missing("depth"));
    }
}
