using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Nines.Chains.Evm.Abi;

/// <summary>
/// The functions, events and errors of a contract, from the JSON that compilers write: the bare array, or a build artifact with an "abi"
/// member. An entry may also be a signature as people write it.
/// </summary>
/// <remarks>Source: Solidity documentation, "Contract ABI Specification", JSON.</remarks>
public sealed class ContractAbi
{
    private const int MaxJsonDepth = 128;

    /// <summary>How declarations without a name begin; nobody calls these by selector.</summary>
    private static readonly string[] Unnamed = ["constructor(", "receive(", "fallback("];

    private ContractAbi(ImmutableArray<AbiSignature> signatures) => Signatures = signatures;

    /// <summary>In the order of the file; constructors, receive and fallback functions left out.</summary>
    public ImmutableArray<AbiSignature> Signatures { get; }

    public IEnumerable<AbiSignature> Functions => Signatures.Where(s => s.Kind == AbiSignatureKind.Function);

    public IEnumerable<AbiSignature> Events => Signatures.Where(s => s.Kind == AbiSignatureKind.Event);

    public IEnumerable<AbiSignature> Errors => Signatures.Where(s => s.Kind == AbiSignatureKind.Error);

    /// <exception cref="AbiException">The text is not JSON, or not a contract's ABI.</exception>
    public static ContractAbi Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxJsonDepth });
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("abi", out var member))
            {
                root = member;
            }

            return root.ValueKind == JsonValueKind.Array
                ? new ContractAbi([.. root.EnumerateArray().Select(SignatureOf).OfType<AbiSignature>()])
                : throw new AbiException("A contract's ABI is a JSON array, or an object with the member \"abi\".");
        }
        catch (Exception notText) when (notText is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a member of another kind than expected, or half of a surrogate pair in a string
            throw new AbiException($"Not a contract's ABI: {notText.Message}");
        }
    }

    /// <param name="why">What is wrong with the text; empty when nothing is.</param>
    public static bool TryParse(string json, [NotNullWhen(true)] out ContractAbi? abi, out string why)
    {
        try
        {
            (abi, why) = (Parse(json), "");
            return true;
        }
        catch (AbiException refused)
        {
            (abi, why) = (null, refused.Message);
            return false;
        }
    }

    private static AbiSignature? SignatureOf(JsonElement entry)
    {
        if (entry.ValueKind == JsonValueKind.String)
        {
            var text = (entry.GetString() ?? "").TrimStart();
            return Unnamed.Any(word => text.StartsWith(word, StringComparison.Ordinal)) ? null : AbiSignature.Parse(text);
        }

        AbiSignatureKind? kind = TextOf(entry, "type") switch
        {
            "function" or "" => AbiSignatureKind.Function,
            "error" => AbiSignatureKind.Error,
            "event" => AbiSignatureKind.Event,
            _ => null,
        };
        return kind is { } known
            ? new AbiSignature(
                known,
                TextOf(entry, "name"),
                ParametersOf(entry, "inputs"),
                known == AbiSignatureKind.Function ? ParametersOf(entry, "outputs") : [],
                entry.TryGetProperty("anonymous", out var anonymous) && anonymous.ValueKind == JsonValueKind.True)
            : null;
    }

    private static ImmutableArray<AbiParameter> ParametersOf(JsonElement owner, string member) =>
        owner.TryGetProperty(member, out var list) ? [.. list.EnumerateArray().Select(ParameterOf)] : [];

    private static AbiParameter ParameterOf(JsonElement parameter)
    {
        var type = TextOf(parameter, "type");
        var isIndexed = parameter.TryGetProperty("indexed", out var indexed) && indexed.ValueKind == JsonValueKind.True;
        const string Tuple = "tuple";
        return new AbiParameter(
            type.StartsWith(Tuple, StringComparison.Ordinal)
                ? AbiText.ParseSuffix(new AbiType.TupleType(ParametersOf(parameter, "components")), type[Tuple.Length..])
                : AbiText.ParseType(type),
            TextOf(parameter, "name"),
            isIndexed);
    }

    private static string TextOf(JsonElement owner, string member) =>
        owner.TryGetProperty(member, out var text) ? text.GetString() ?? "" : "";
}
