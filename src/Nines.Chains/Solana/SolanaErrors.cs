using System.Text.Json;
using Nines.Chains.JsonRpc;

namespace Nines.Chains.Solana;

/// <summary>What an error of a Solana node means; its codes are not those of EVM nodes.</summary>
public enum SolanaErrorKind
{
    /// <summary>The node is behind the others, or does not know where they are (-32005, which elsewhere is a limit).</summary>
    Unhealthy,

    /// <summary>There is no block for that slot, or no longer, or not yet.</summary>
    NoBlock,

    /// <summary>The node has not reached the slot that was asked for.</summary>
    NotReached,

    /// <summary>The node does not know the method, or does not offer it.</summary>
    NotOffered,

    /// <summary>Our question is wrong.</summary>
    BadRequest,

    /// <summary>The node failed.</summary>
    Internal,

    /// <summary>None of these.</summary>
    Other,
}

/// <remarks>Source: the RPC documents of Agave, custom errors -32001 to -32020.</remarks>
public static class SolanaErrors
{
    public static SolanaErrorKind Classify(long code) => code switch
    {
        -32005 => SolanaErrorKind.Unhealthy,
        -32001 or -32004 or -32007 or -32009 or -32014 or -32019 => SolanaErrorKind.NoBlock,
        -32016 => SolanaErrorKind.NotReached,
        -32601 or -32010 or -32011 => SolanaErrorKind.NotOffered,
        -32600 or -32602 or -32700 => SolanaErrorKind.BadRequest,
        -32603 or -32012 => SolanaErrorKind.Internal,
        _ => SolanaErrorKind.Other,
    };

    /// <summary>What a node says of its own health: "ok", or an error that says how far it is behind. Null for an answer that says neither.</summary>
    public static NodeHealth? HealthOf(RpcAnswer<string> answer) => answer switch
    {
        RpcAnswer<string>.Answered { Value: var said } => new NodeHealth(said == "ok", null),
        RpcAnswer<string>.RpcError error when Classify(error.Code) == SolanaErrorKind.Unhealthy => new NodeHealth(false, SlotsBehind(error.Details)),
        _ => null,
    };

    private static ulong? SlotsBehind(string? details)
    {
        if (details is null)
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(details);
            return JsonReading.Count(JsonReading.Find(json.RootElement, "numSlotsBehind"), "the slots behind");
        }
        catch (Exception unreadable) when (unreadable is JsonException or FormatException or InvalidOperationException)
        {
            // the node is unhealthy all the same; how far behind is not known
            return null;
        }
    }
}
