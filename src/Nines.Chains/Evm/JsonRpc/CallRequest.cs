using System.Collections.Immutable;
using System.Text.Json;

namespace Nines.Chains.Evm.JsonRpc;

/// <summary>What eth_call and eth_estimateGas are to run.</summary>
/// <param name="To">Null: <paramref name="Data"/> is run as code that creates a contract.</param>
/// <param name="Data">Selector and arguments.</param>
public sealed record CallRequest(Address? To, HexBytes Data)
{
    /// <summary>Null: the zero address, by the client's own default.</summary>
    public Address? From { get; init; }

    /// <summary>Null: none.</summary>
    public Wei? Value { get; init; }

    /// <summary>Null: as much as the node allows.</summary>
    public Gas? Gas { get; init; }

    /// <summary>The price that the code sees; null: none, and then the sender needs no balance for gas.</summary>
    public Wei? GasPrice { get; init; }

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (From is { } sender)
        {
            json.WriteString("from", sender.ToString());
        }

        if (To is { } to)
        {
            json.WriteString("to", to.ToString());
        }

        if (Gas is { } gas)
        {
            json.WriteString("gas", Quantity.Write(gas.Units));
        }

        if (GasPrice is { } price)
        {
            json.WriteString("gasPrice", Quantity.Write(price.Value));
        }

        if (Value is { } sent)
        {
            json.WriteString("value", Quantity.Write(sent.Value));
        }

        // older clients read only "data"; all newer ones still do
        json.WriteString("data", Data.ToString());
        json.WriteEndObject();
    }
}

/// <summary>What a call is to find at an account instead of what is there. Not every provider offers it.</summary>
/// <remarks>Source: Geth documentation, eth_call, "State override set"; Nethermind, Besu, Erigon, Reth and anvil take the same.</remarks>
public sealed record AccountOverride
{
    public Wei? Balance { get; init; }

    public ulong? Nonce { get; init; }

    public HexBytes? Code { get; init; }

    /// <summary>Words of storage that are other; the rest stays.</summary>
    public ImmutableDictionary<Hash32, Hash32> Storage { get; init; } = ImmutableDictionary<Hash32, Hash32>.Empty;

    internal static void Write(IEnumerable<KeyValuePair<Address, AccountOverride>> overrides, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var (address, with) in overrides)
        {
            json.WriteStartObject(address.ToString());
            if (with.Balance is { } balance)
            {
                json.WriteString("balance", Quantity.Write(balance.Value));
            }

            if (with.Nonce is { } nonce)
            {
                json.WriteString("nonce", Quantity.Write(nonce));
            }

            if (with.Code is { } code)
            {
                json.WriteString("code", code.ToString());
            }

            if (!with.Storage.IsEmpty)
            {
                json.WriteStartObject("stateDiff");
                foreach (var (slot, word) in with.Storage)
                {
                    json.WriteString(slot.ToString(), word.ToString());
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
