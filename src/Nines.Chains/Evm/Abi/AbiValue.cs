using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Nines.Chains.Evm.Abi;

/// <summary>A value of the contract ABI. It does not carry its type: the width of a number, say, is checked when it is encoded.</summary>
public abstract record AbiValue
{
    private AbiValue()
    {
    }

    /// <summary>A value of uint8 … uint256 or int8 … int256.</summary>
    public sealed record Number(BigInteger Value) : AbiValue
    {
        public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A value of address.</summary>
    public sealed record Account(Address Value) : AbiValue
    {
        public override string ToString() => Value.ToString();
    }

    /// <summary>A value of bool.</summary>
    public sealed record Flag(bool Value) : AbiValue
    {
        public override string ToString() => Value ? "true" : "false";
    }

    /// <summary>A value of bytes1 … bytes32, of bytes or of function.</summary>
    public sealed record Blob(HexBytes Value) : AbiValue
    {
        public override string ToString() => Value.ToString();
    }

    /// <summary>A value of string.</summary>
    public sealed record Text(string Value) : AbiValue
    {
        /// <summary>
        /// In double quotes; a quote, a backslash and control characters are escaped, so that a hostile text cannot pose as more.
        /// </summary>
        public override string ToString()
        {
            var text = new StringBuilder("\"");
            foreach (var c in Value)
            {
                _ = c switch
                {
                    '"' or '\\' => text.Append('\\').Append(c),
                    _ when char.IsControl(c) => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                    _ => text.Append(c),
                };
            }

            return text.Append('"').ToString();
        }
    }

    /// <summary>An indexed parameter of an event of which the log has only the hash; cannot be encoded.</summary>
    public sealed record Hashed(Hash32 Hash) : AbiValue
    {
        public override string ToString() => $"hash {Hash}";
    }

    /// <summary>A value of an array, fixed or dynamic, or of a tuple.</summary>
    public sealed record Sequence(params ImmutableArray<AbiValue> Items) : AbiValue
    {
        public bool Equals(Sequence? other) => other is not null && Items.AsSpan().SequenceEqual(other.Items.AsSpan());

        public override int GetHashCode()
        {
            var hash = new HashCode();
            foreach (var item in Items)
            {
                hash.Add(item);
            }

            return hash.ToHashCode();
        }

        public override string ToString() => $"({string.Join(", ", Items)})";
    }
}
