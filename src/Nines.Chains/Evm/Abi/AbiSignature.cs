using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Nines.Chains.Evm.Abi;

/// <summary>What a signature names.</summary>
public enum AbiSignatureKind
{
    Function,
    Error,
    Event,
}

/// <summary>
/// The declaration of a function, custom error or event. Written for people ("function totalSupply() view returns (uint256)",
/// "transfer(address,uint256)", "error InsufficientBalance(address who, uint256 have)") or taken from a JSON ABI: see
/// <see cref="ContractAbi"/>.
/// </summary>
public sealed record AbiSignature
{
    private readonly ImmutableArray<AbiType> _inputTypes;
    private readonly ImmutableArray<AbiType> _outputTypes;

    /// <param name="isAnonymous">For events: its logs do not name it, and have room for one more indexed parameter.</param>
    /// <exception cref="AbiException">
    /// The name is not an identifier, something other than a function returns values, or an event has more indexed parameters than topics.
    /// </exception>
    public AbiSignature(
        AbiSignatureKind kind,
        string name,
        ImmutableArray<AbiParameter> inputs,
        ImmutableArray<AbiParameter> outputs = default,
        bool isAnonymous = false)
    {
        if (!AbiText.IsIdentifier(name))
        {
            throw new AbiException($"'{Hex.Shown(name)}' is not a name.");
        }

        Outputs = outputs.IsDefault ? [] : outputs;
        if (kind != AbiSignatureKind.Function && !Outputs.IsEmpty)
        {
            throw new AbiException($"{name}: only a function returns values.");
        }

        var most = AbiTopics.Max - (isAnonymous ? 0 : 1);
        if (kind == AbiSignatureKind.Event && inputs.Count(p => p.IsIndexed) > most)
        {
            throw new AbiException($"{name}: at most {most} parameters of such an event can be indexed.");
        }

        (Kind, Name, Inputs, IsAnonymous) = (kind, name, inputs, isAnonymous && kind == AbiSignatureKind.Event);
        (_inputTypes, _outputTypes) = (TypesOf(Inputs), TypesOf(Outputs));
        Canonical = $"{name}({string.Join(',', inputs.Select(p => p.Type.Name))})";
        Topic = Keccak256.Hash(Encoding.UTF8.GetBytes(Canonical));
        Selector = Evm.Selector.Of(Topic.ToArray())!.Value;
    }

    public AbiSignatureKind Kind { get; }

    public string Name { get; }

    public ImmutableArray<AbiParameter> Inputs { get; }

    public ImmutableArray<AbiParameter> Outputs { get; }

    /// <summary>An event whose logs do not begin with its topic.</summary>
    public bool IsAnonymous { get; }

    /// <summary>What is hashed: "transfer(address,uint256)".</summary>
    public string Canonical { get; }

    /// <summary>The Keccak-256 of <see cref="Canonical"/>: an event's first topic.</summary>
    public Hash32 Topic { get; }

    /// <summary>The first four bytes of <see cref="Topic"/>.</summary>
    public Selector Selector { get; }

    /// <exception cref="AbiException">The text is not a signature; the message says where and why.</exception>
    public static AbiSignature Parse(string text) => AbiText.ParseSignature(text);

    /// <param name="why">What is wrong with the text; empty when nothing is.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out AbiSignature? signature, out string why)
    {
        try
        {
            (signature, why) = (AbiText.ParseSignature(text), "");
            return true;
        }
        catch (AbiException refused)
        {
            (signature, why) = (null, refused.Message);
            return false;
        }
    }

    /// <summary>Call data: the selector and the arguments.</summary>
    /// <exception cref="AbiException">The arguments do not fit <see cref="Inputs"/>.</exception>
    public HexBytes EncodeCall(params ImmutableArray<AbiValue> arguments)
    {
        var encoded = AbiEncoder.Encode(_inputTypes, arguments);
        var call = new byte[Selector.Size + encoded.Length];
        Selector.CopyTo(call);
        encoded.Span.CopyTo(call.AsSpan(Selector.Size));
        return HexBytes.Owning(call);
    }

    /// <summary>Decodes what a call of this function returned.</summary>
    public AbiDecoding DecodeOutputs(ReadOnlySpan<byte> returned, AbiLimits? limits = null) =>
        AbiDecoder.Decode(_outputTypes, returned, limits);

    /// <summary>Decodes call data of this function, or revert data of this error, selector included.</summary>
    public AbiDecoding DecodeInputs(ReadOnlySpan<byte> data, AbiLimits? limits = null) =>
        Evm.Selector.Of(data) == Selector
            ? AbiDecoder.Decode(_inputTypes, data[Selector.Size..], limits)
            : new AbiDecoding.Refused(AbiFault.WrongSelector, 0, $"the data does not start with {Selector} of {Canonical}");

    /// <summary>The parameters of a log that this event wrote, in the order of their declaration.</summary>
    /// <returns>
    /// Of an indexed string, bytes, array or tuple the log has only the hash: <see cref="AbiValue.Hashed"/>. Refused with
    /// <see cref="AbiFault.WrongSelector"/> when another event wrote it.
    /// </returns>
    public AbiDecoding DecodeLog(Log log, AbiLimits? limits = null) => AbiTopics.Decode(this, log, limits);

    /// <summary>The topics that a log of this event has when its indexed parameters have these values.</summary>
    /// <param name="indexed">One for each indexed parameter; null for any value. Those at the end may be left out.</param>
    /// <returns>For each place of a topic the one that is wanted, or none for any: what a filter of logs takes.</returns>
    /// <exception cref="AbiException">More values than indexed parameters, or one that does not fit its type.</exception>
    public ImmutableArray<ImmutableArray<Hash32>> EncodeTopics(params ReadOnlySpan<AbiValue?> indexed)
    {
        var topics = ImmutableArray.CreateBuilder<ImmutableArray<Hash32>>();
        if (!IsAnonymous)
        {
            topics.Add([Topic]);
        }

        AbiParameter[] parameters = [.. Inputs.Where(p => p.IsIndexed)];
        if (indexed.Length > parameters.Length)
        {
            throw new AbiException($"{Canonical} has {parameters.Length} indexed parameters, and {indexed.Length} values were given.");
        }

        for (var i = 0; i < indexed.Length; i++)
        {
            topics.Add(indexed[i] is { } value ? [AbiTopics.Of(parameters[i].Type, value)] : []);
        }

        return topics.ToImmutable();
    }

    public bool Equals(AbiSignature? other) =>
        other is not null
        && Kind == other.Kind
        && IsAnonymous == other.IsAnonymous
        && Canonical == other.Canonical
        && Inputs.AsSpan().SequenceEqual(other.Inputs.AsSpan())
        && Outputs.AsSpan().SequenceEqual(other.Outputs.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Kind, Canonical);

    /// <summary>As it would be declared; what it returns and "anonymous" included, other modifiers not.</summary>
    public override string ToString()
    {
        var keyword = Kind switch
        {
            AbiSignatureKind.Function => "function",
            AbiSignatureKind.Error => "error",
            AbiSignatureKind.Event => "event",
        };
        var returns = Outputs.IsEmpty ? "" : $" returns ({string.Join(", ", Outputs)})";
        return $"{keyword} {Name}({string.Join(", ", Inputs)}){returns}{(IsAnonymous ? " anonymous" : "")}";
    }

    private static ImmutableArray<AbiType> TypesOf(ImmutableArray<AbiParameter> parameters) => [.. parameters.Select(p => p.Type)];
}
