using System.Numerics;
using Nines.Core.Observations;

namespace Nines.Probing.Rpc;

/// <summary>Chain values as signals, exactly.</summary>
internal static class RpcValues
{
    /// <summary>Characters of a text from a target that a signal keeps.</summary>
    private const int MaxText = 1_000;

    private static readonly BigInteger ExactUpTo = BigInteger.Pow(2, 53);

    public static SignalValue Whole(BigInteger value) => BigInteger.Abs(value) <= ExactUpTo ? SignalValue.Of((double)value) : SignalValue.Of(value);

    public static SignalValue Text(string text) => SignalValue.Of(text.Length <= MaxText ? text : text[..MaxText] + "…");
}
