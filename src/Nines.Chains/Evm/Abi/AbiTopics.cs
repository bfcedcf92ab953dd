using System.Collections.Immutable;

namespace Nines.Chains.Evm.Abi;

/// <summary>
/// Events: what stands in a log's topics and what in its data. A topic has room for one word, so of an indexed string, bytes, array or
/// tuple only the hash is there.
/// </summary>
/// <remarks>Source: Solidity documentation, "Contract ABI Specification", Events and Encoding of Indexed Event Parameters.</remarks>
public static class AbiTopics
{
    /// <summary>Topics that a log can have.</summary>
    public const int Max = 4;

    /// <summary>Whether a topic holds the value itself, and not its hash.</summary>
    public static bool HoldsValue(AbiType type) => type is
        AbiType.UIntType or AbiType.IntType or AbiType.AddressType or AbiType.BoolType or AbiType.FixedBytesType or AbiType.FunctionType;

    /// <summary>The topic of an indexed parameter with this value.</summary>
    /// <exception cref="AbiException">The value does not fit the type.</exception>
    public static Hash32 Of(AbiType type, AbiValue value)
    {
        if (HoldsValue(type))
        {
            return new Hash32(AbiEncoder.Encode([type], [value]).Span);
        }

        return Keccak256.Hash(AbiPacked.EncodeInPlace(type, value).Span);
    }

    /// <summary>The parameters of an event in the order of their declaration, from a log that it wrote.</summary>
    /// <returns>
    /// An indexed parameter whose topic has only the hash is an <see cref="AbiValue.Hashed"/>. Refused when the log is another event's.
    /// </returns>
    internal static AbiDecoding Decode(AbiSignature signature, Log log, AbiLimits? limits)
    {
        var named = signature.IsAnonymous ? 0 : 1;
        var indexed = signature.Inputs.Count(p => p.IsIndexed);
        if (!signature.IsAnonymous && (log.Topics.IsEmpty || log.Topics[0] != signature.Topic))
        {
            return new AbiDecoding.Refused(AbiFault.WrongSelector, 0, $"the log is not of {signature.Canonical}");
        }

        if (log.Topics.Length != named + indexed)
        {
            return new AbiDecoding.Refused(
                AbiFault.WrongSelector, 0, $"the log has {log.Topics.Length} topics, and {signature.Canonical} writes {named + indexed}");
        }

        var inData = AbiDecoder.Decode([.. signature.Inputs.Where(p => !p.IsIndexed).Select(p => p.Type)], log.Data.Span, limits);
        if (inData is not AbiDecoding.Decoded data)
        {
            return inData;
        }

        var values = ImmutableArray.CreateBuilder<AbiValue>(signature.Inputs.Length);
        var (topic, rest) = (named, 0);
        foreach (var parameter in signature.Inputs)
        {
            if (!parameter.IsIndexed)
            {
                values.Add(data.Values[rest++]);
                continue;
            }

            var read = Read(parameter.Type, log.Topics[topic++]);
            if (read is not AbiDecoding.Decoded { Values: [var value] })
            {
                return read;
            }

            values.Add(value);
        }

        return new AbiDecoding.Decoded(values.MoveToImmutable());
    }

    private static AbiDecoding Read(AbiType type, Hash32 topic) => HoldsValue(type)
        ? AbiDecoder.Decode([type], topic.ToArray())
        : new AbiDecoding.Decoded([new AbiValue.Hashed(topic)]);
}
