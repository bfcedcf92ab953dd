using System.Collections.Immutable;
using System.Text.Json;

namespace Nines.Chains.Evm.JsonRpc;

/// <summary>Which logs are asked for.</summary>
public sealed record LogFilter
{
    /// <summary>The first block, inclusive; left out in subscriptions. With a hash, that block alone.</summary>
    public BlockRef? From { get; init; }

    /// <summary>The last block, inclusive; left out in subscriptions.</summary>
    public BlockRef? To { get; init; }

    /// <summary>Any of these contracts; of every one when empty.</summary>
    public ImmutableArray<Address> Addresses { get; init; } = [];

    /// <summary>For each place of a topic any of these; an empty set is any topic. At most four places.</summary>
    public ImmutableArray<ImmutableArray<Hash32>> Topics { get; init; } = [];

    /// <summary>All logs of one block.</summary>
    public static LogFilter OfBlock(Hash32 hash) => new() { From = BlockRef.At(hash) };

    /// <summary>Whether the filter asks for this log, wherever it stands.</summary>
    public bool Wants(Log log)
    {
        if (!Addresses.IsEmpty && !Addresses.Contains(log.Address))
        {
            return false;
        }

        for (var place = 0; place < Topics.Length; place++)
        {
            if (!Topics[place].IsEmpty && (place >= log.Topics.Length || !Topics[place].Contains(log.Topics[place])))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>False: a block with this bloom certainly has no such log.</summary>
    public bool MayMatch(LogsBloom bloom) =>
        (Addresses.IsEmpty || Addresses.Any(bloom.MayContain))
        && Topics.All(place => place.IsEmpty || place.Any(bloom.MayContain));

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (From?.Hash is { } hash)
        {
            json.WriteString("blockHash", hash.ToString());
        }
        else
        {
            if (From is { } from)
            {
                json.WriteString("fromBlock", from.Parameter);
            }

            if (To is { } to)
            {
                json.WriteString("toBlock", to.Parameter);
            }
        }

        if (!Addresses.IsEmpty)
        {
            json.WriteStartArray("address");
            foreach (var address in Addresses)
            {
                json.WriteStringValue(address.ToString());
            }

            json.WriteEndArray();
        }

        WriteTopics(json);
        json.WriteEndObject();
    }

    private void WriteTopics(Utf8JsonWriter json)
    {
        if (Topics.IsEmpty)
        {
            return;
        }

        json.WriteStartArray("topics");
        foreach (var place in Topics)
        {
            if (place.IsEmpty)
            {
                json.WriteNullValue();
                continue;
            }

            json.WriteStartArray();
            foreach (var topic in place)
            {
                json.WriteStringValue(topic.ToString());
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }
}
