using System.Collections.Immutable;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Abi;

namespace Nines.Chains.Tests.Evm.Abi;

/// <summary>Random ABI types, and random values of a type.</summary>
internal static class AbiGenerators
{
    public sealed record Typed(AbiType Type, AbiValue Value);

    public static Arbitrary<Typed> TypedValues { get; } =
        (from depth in Gen.Choose(0, 4)
         from type in Types(depth)
         from value in Values(type)
         select new Typed(type, value)).ToArbitrary();

    private static Gen<AbiType> Elementary { get; } = Gen.OneOf(
        Gen.Choose(1, 32).Select(bytes => (AbiType)new AbiType.UIntType(8 * bytes)),
        Gen.Choose(1, 32).Select(bytes => (AbiType)new AbiType.IntType(8 * bytes)),
        Gen.Choose(1, 32).Select(bytes => (AbiType)new AbiType.FixedBytesType(bytes)),
        Gen.Elements(AbiType.Bool, AbiType.Address, AbiType.Bytes, AbiType.String));

    private static Gen<AbiType> Types(int depth) => depth == 0
        ? Elementary
        : Gen.OneOf(
            Elementary,
            Types(depth - 1).Select(element => (AbiType)new AbiType.ArrayType(element)),
            from element in Types(depth - 1)
            from length in Gen.Choose(0, 3)
            select (AbiType)new AbiType.FixedArrayType(element, length),
            from count in Gen.Choose(0, 3)
            from components in Gen.ArrayOf(Types(depth - 1), count)
            select (AbiType)new AbiType.TupleType([.. components.Select(c => new AbiParameter(c))]));

    private static Gen<AbiValue> Values(AbiType type) => type switch
    {
        AbiType.UIntType t => Bytes(t.Bits / 8).Select(b => (AbiValue)new AbiValue.Number(new BigInteger(b, isUnsigned: true))),
        AbiType.IntType t => Bytes(t.Bits / 8).Select(b => (AbiValue)new AbiValue.Number(new BigInteger(b))),
        AbiType.AddressType => Bytes(Address.Size).Select(b => (AbiValue)new AbiValue.Account(new Address(b))),
        AbiType.BoolType => Gen.Elements(true, false).Select(b => (AbiValue)new AbiValue.Flag(b)),
        AbiType.FixedBytesType t => Bytes(t.Length).Select(b => (AbiValue)new AbiValue.Blob(HexBytes.CopyOf(b))),
        AbiType.BytesType => Gen.Choose(0, 70).SelectMany(Bytes).Select(b => (AbiValue)new AbiValue.Blob(HexBytes.CopyOf(b))),
        AbiType.StringType => Gen.Choose(0, 40)
            .SelectMany(length => Gen.ArrayOf(Gen.Elements("", "a", "é", "漢", "🚀", "\0", "\"", "nine"), length))
            .Select(parts => (AbiValue)new AbiValue.Text(string.Concat(parts))),
        AbiType.FixedArrayType t => Gen.ArrayOf(Values(t.Element), t.Length).Select(Sequence),
        AbiType.ArrayType t => Gen.Choose(0, 4).SelectMany(length => Gen.ArrayOf(Values(t.Element), length)).Select(Sequence),
        AbiType.TupleType t => t.Components.Aggregate(
            Gen.Constant(ImmutableArray<AbiValue>.Empty),
            (values, component) => from before in values from value in Values(component.Type) select before.Add(value))
            .Select(values => (AbiValue)new AbiValue.Sequence(values)),
        _ => throw new InvalidOperationException(type.Name),
    };

    private static AbiValue Sequence(AbiValue[] items) => new AbiValue.Sequence([.. items]);

    private static Gen<byte[]> Bytes(int length) =>
        Gen.ArrayOf(Gen.OneOf(Gen.Choose(0, 255), Gen.Elements(0, 255)).Select(b => (byte)b), length);
}
