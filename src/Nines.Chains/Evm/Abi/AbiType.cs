using System.Collections.Immutable;
using System.Globalization;

namespace Nines.Chains.Evm.Abi;

/// <summary>A type of the Solidity contract ABI, version 2. Equal when the canonical names are.</summary>
/// <remarks>Source: Solidity documentation, "Contract ABI Specification". Not covered: <c>fixed</c>, which Solidity does not implement either.</remarks>
public abstract record AbiType
{
    /// <value>Bytes: the unit of the encoding.</value>
    public const int WordBytes = 32;

    /// <summary>How deep arrays and tuples may be nested in each other.</summary>
    public const int MaxDepth = 32;

    /// <summary>The longest head that a static type may have, in bytes: 1 MiB.</summary>
    public const int MaxHeadBytes = 1 << 20;

    private AbiType(string name, int headBytes = WordBytes, bool isDynamic = false, int depth = 0)
    {
        if (depth > MaxDepth)
        {
            throw new AbiException($"The type is nested more than {MaxDepth} deep.");
        }

        (Name, HeadBytes, IsDynamic, Depth) = (name, headBytes, isDynamic, depth);
    }

    public static AbiType Bool { get; } = new BoolType();

    public static AbiType Address { get; } = new AddressType();

    public static AbiType Bytes { get; } = new BytesType();

    public static AbiType String { get; } = new StringType();

    public static AbiType Function { get; } = new FunctionType();

    public static AbiType UInt256 { get; } = new UIntType(256);

    /// <summary>The canonical name, as it is hashed into a selector: "uint256", "(address,bool)[3]".</summary>
    public string Name { get; }

    /// <summary>Whether the value stands in the tail and the head holds only its offset.</summary>
    public bool IsDynamic { get; }

    /// <value>Bytes that the value, or its offset, takes in the head of what encloses it.</value>
    public int HeadBytes { get; }

    /// <value>Arrays and tuples from here to the innermost value: 0 for an elementary type.</value>
    public int Depth { get; }

    public virtual bool Equals(AbiType? other) => other is not null && Name == other.Name;

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    public sealed override string ToString() => Name;

    /// <summary>An unsigned integer of 8, 16 … 256 bits.</summary>
    public sealed record UIntType : AbiType
    {
        /// <param name="bits">A multiple of 8 in [8, 256].</param>
        /// <exception cref="AbiException">Any other width.</exception>
        public UIntType(int bits)
            : base("uint" + Width(bits)) => Bits = bits;

        public int Bits { get; }
    }

    /// <summary>A signed integer of 8, 16 … 256 bits, two's complement.</summary>
    public sealed record IntType : AbiType
    {
        /// <param name="bits">A multiple of 8 in [8, 256].</param>
        /// <exception cref="AbiException">Any other width.</exception>
        public IntType(int bits)
            : base("int" + Width(bits)) => Bits = bits;

        public int Bits { get; }
    }

    public sealed record BoolType() : AbiType("bool");

    public sealed record AddressType() : AbiType("address");

    /// <summary>A fixed number of bytes, left-aligned in its word.</summary>
    public sealed record FixedBytesType : AbiType
    {
        /// <param name="length">Bytes, in [1, 32].</param>
        /// <exception cref="AbiException">Any other length.</exception>
        public FixedBytesType(int length)
            : base("bytes" + length.ToString(CultureInfo.InvariantCulture)) =>
            Length = length is >= 1 and <= WordBytes ? length : throw new AbiException($"bytes{length}: the length is not in [1, 32].");

        /// <value>Bytes.</value>
        public int Length { get; }
    }

    /// <summary>A function of a contract: its address and the selector.</summary>
    public sealed record FunctionType() : AbiType("function")
    {
        /// <value>Bytes, left-aligned in the word.</value>
        public const int Length = 24;
    }

    public sealed record BytesType() : AbiType("bytes", isDynamic: true);

    /// <summary>Text in UTF-8.</summary>
    public sealed record StringType() : AbiType("string", isDynamic: true);

    /// <summary>An array whose length is part of the type: "T[k]".</summary>
    public sealed record FixedArrayType : AbiType
    {
        /// <param name="element">The type of each item.</param>
        /// <param name="length">Items, not negative; 0 is allowed, as the specification does.</param>
        /// <exception cref="AbiException">A negative length, a head above <see cref="AbiType.MaxHeadBytes"/>, or nested too
        /// deep.</exception>
        public FixedArrayType(AbiType element, int length)
            : base($"{element.Name}[{Counted(element, length)}]", HeadOf(element, length), element.IsDynamic, element.Depth + 1) =>
            (Element, Length) = (element, length);

        public AbiType Element { get; }

        /// <value>Items.</value>
        public int Length { get; }

        private static string Counted(AbiType element, int length) =>
            length >= 0
                ? length.ToString(CultureInfo.InvariantCulture)
                : throw new AbiException($"{element.Name}[{length}]: the length is negative.");

        private static int HeadOf(AbiType element, int length)
        {
            var bytes = (long)element.HeadBytes * length;
            if (bytes > MaxHeadBytes)
            {
                throw new AbiException($"{element.Name}[{length}]: a head of {bytes} bytes is above {MaxHeadBytes}.");
            }

            return element.IsDynamic ? WordBytes : (int)bytes;
        }
    }

    /// <summary>An array whose length is part of the value: "T[]".</summary>
    public sealed record ArrayType : AbiType
    {
        /// <exception cref="AbiException">Nested too deep.</exception>
        public ArrayType(AbiType element)
            : base($"{element.Name}[]", WordBytes, isDynamic: true, element.Depth + 1) => Element = element;

        public AbiType Element { get; }
    }

    /// <summary>A struct: "(T1,T2,…)". The names of its components are no part of the type's identity.</summary>
    public sealed record TupleType : AbiType
    {
        /// <exception cref="AbiException">A head above <see cref="AbiType.MaxHeadBytes"/>, or nested too deep.</exception>
        public TupleType(ImmutableArray<AbiParameter> components)
            : base(
                $"({string.Join(',', components.Select(c => c.Type.Name))})",
                HeadOf(components),
                components.Any(c => c.Type.IsDynamic),
                components.Select(c => c.Type.Depth).DefaultIfEmpty(0).Max() + 1) => Components = components;

        public ImmutableArray<AbiParameter> Components { get; }

        public bool Equals(TupleType? other) => base.Equals(other);

        public override int GetHashCode() => base.GetHashCode();

        private static int HeadOf(ImmutableArray<AbiParameter> components)
        {
            var bytes = components.Sum(c => (long)c.Type.HeadBytes);
            if (bytes > MaxHeadBytes)
            {
                throw new AbiException($"A tuple with a head of {bytes} bytes is above {MaxHeadBytes}.");
            }

            return components.Any(c => c.Type.IsDynamic) ? WordBytes : (int)bytes;
        }
    }

    private static string Width(int bits) =>
        bits is >= 8 and <= 256 && bits % 8 == 0
            ? bits.ToString(CultureInfo.InvariantCulture)
            : throw new AbiException($"An integer of {bits} bits: the width is not a multiple of 8 in [8, 256].");
}

/// <summary>A parameter of a function, error or event, or a component of a tuple.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Name">As declared; empty when it has none.</param>
/// <param name="IsIndexed">For events: whether the value stands in a topic and not in the data.</param>
public sealed record AbiParameter(AbiType Type, string Name = "", bool IsIndexed = false)
{
    public override string ToString() => Type.Name + (IsIndexed ? " indexed" : "") + (Name.Length > 0 ? " " + Name : "");
}
