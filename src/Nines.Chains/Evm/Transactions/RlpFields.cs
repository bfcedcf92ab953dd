using System.Collections.Immutable;
using System.Numerics;
using Nines.Chains.Evm.Rlp;

namespace Nines.Chains.Evm.Transactions;

/// <summary>Why a field could not be read; caught in <see cref="TransactionDecoder"/> and told as a value.</summary>
internal sealed class RlpFieldException(TransactionFault fault, string message) : Exception(message)
{
    public TransactionFault Fault { get; } = fault;
}

/// <summary>Reads the fields of a list in their order.</summary>
internal sealed class RlpFields
{
    private readonly ImmutableArray<RlpItem> _items;
    private readonly string _what;
    private int _next;

    /// <exception cref="RlpFieldException">Not a list.</exception>
    public RlpFields(RlpItem item, string what)
    {
        _what = what;
        _items = item is RlpItem.List list ? list.Items : throw Wrong(what, "is not a list");
    }

    public void Expect(int count)
    {
        if (_items.Length != count)
        {
            throw new RlpFieldException(TransactionFault.WrongFieldCount, $"{_what} has {_items.Length} fields, not {count}");
        }
    }

    public HexBytes Bytes(string what) => Next() is RlpItem.String text ? text.Bytes : throw Wrong(what, "is a list");

    public BigInteger UInt256(string what)
    {
        if (Next() is not RlpItem.String text)
        {
            throw Wrong(what, "is a list");
        }

        if (text.Bytes.Length > 32)
        {
            throw Wrong(what, "is above 2^256 − 1");
        }

        return text.TryReadInteger(out var value) ? value : throw Wrong(what, "has leading zeros");
    }

    public ulong UInt64(string what)
    {
        var value = UInt256(what);
        return value <= ulong.MaxValue ? (ulong)value : throw Wrong(what, "is above 2^64 − 1");
    }

    public Wei Amount(string what) => new(UInt256(what));

    public Address Address(string what) =>
        Bytes(what) is { Length: Evm.Address.Size } bytes ? new Address(bytes.Span) : throw Wrong(what, "is not 20 bytes");

    /// <summary>An address, or null for the empty string: a contract is created.</summary>
    public Address? Recipient()
    {
        var bytes = Bytes("the recipient");
        return bytes.Length switch
        {
            0 => null,
            Evm.Address.Size => new Address(bytes.Span),
            _ => throw Wrong("the recipient", "is not 20 bytes, nor empty"),
        };
    }

    public Hash32 Hash(string what) => Bytes(what) is { Length: Hash32.Size } bytes ? new Hash32(bytes.Span) : throw Wrong(what, "is not 32 bytes");

    public RlpFields Fields(string what) => new(Next(), what);

    public ImmutableArray<T> List<T>(string what, Func<RlpFields, T> read)
    {
        var inner = Fields(what);
        var items = ImmutableArray.CreateBuilder<T>(inner._items.Length);
        while (inner._next < inner._items.Length)
        {
            items.Add(read(inner));
        }

        return items.MoveToImmutable();
    }

    private RlpItem Next() => _next < _items.Length ? _items[_next++] : throw Wrong(_what, "has too few fields");

    private static RlpFieldException Wrong(string what, string why) => new(TransactionFault.WrongField, $"{what} {why}");
}
