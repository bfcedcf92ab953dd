using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Nines.Core;
using Nines.Ledger.Documents;

namespace Nines.Web.Api.Routing;

/// <summary>Bodies: JSON, at most 64 KiB, and strict. What is not known, there twice, missing or of the wrong form is refused.</summary>
internal static class ApiBody
{
    public const int LongestBytes = 64 << 10;

    private const int DeepestLevels = 16;

    private static readonly JsonSerializerOptions Options = MakeOptions();

    /// <summary>The whole body.</summary>
    /// <exception cref="ApiProblem">It is too long, or no JSON by its own word.</exception>
    public static async Task<byte[]> ReadBytesAsync(HttpRequest request, TimeProvider time, CancellationToken cancellation)
    {
        if (request.ContentLength > LongestBytes) throw ApiProblems.TooLarge();
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = LongestBytes;
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(10), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        using var body = new MemoryStream();
        try
        {
            await request.Body.CopyToAsync(body, either.Token);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException bad) when (bad.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw ApiProblems.TooLarge();
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw ApiProblems.Of(StatusCodes.Status408RequestTimeout);
        }
        if (body.Length > 0 && !request.HasJsonContentType()) throw ApiProblems.NotJson();
        return body.ToArray();
    }

    /// <exception cref="ApiProblem">It is not what the route takes.</exception>
    public static T Read<T>(ReadOnlySpan<byte> bytes) where T : class
    {
        if (bytes.IsEmpty) throw ApiProblems.Body("$", "is missing: this route takes a JSON object.");
        var type = (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));
        try
        {
            RequireMembers(bytes, type);
            return JsonSerializer.Deserialize(bytes, type) ?? throw ApiProblems.Body("$", "is null.");
        }
        catch (JsonException wrong)
        {
            // The serializer's own words name our types; what it found of ours (a name that is none) speaks for itself.
            throw ApiProblems.Body(wrong.Path is { Length: > 0 and < 200 } path ? path : "$", wrong.InnerException is FormatException of ? of.Message : "is not what this route takes there.");
        }
        catch (FormatException wrong)
        {
            throw ApiProblems.Body("$", wrong.Message);
        }
    }

    /// <exception cref="ApiProblem">There is one.</exception>
    public static void RequireNone(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty && !bytes.SequenceEqual("{}"u8)) throw ApiProblems.Body("$", "is not taken: this route needs no body.");
    }

    /// <summary>Names of members, with the ones that were probably meant; only those of the outermost object, which people write by hand.</summary>
    private static void RequireMembers(ReadOnlySpan<byte> bytes, JsonTypeInfo type)
    {
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = DeepestLevels, AllowTrailingCommas = false });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw ApiProblems.Body("$", "is not a JSON object.");
            var seen = new HashSet<string>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                if (type.PolymorphismOptions is null && type.Properties.All(member => member.Name != name)) throw ApiProblems.Body(Shown(name), "is not a member that is known here." + DidYouMean.Sentence(name, type.Properties.Select(member => member.Name)));
                if (!seen.Add(name)) throw ApiProblems.Body(Shown(name), "is there twice.");
                reader.Skip();
            }
            while (reader.Read()) reader.Skip();
            if (type.Properties.FirstOrDefault(member => member.IsRequired && !seen.Contains(member.Name)) is { } missing) throw ApiProblems.Body(Shown(missing.Name), "is missing.");
        }
        catch (JsonException wrong)
        {
            throw ApiProblems.Body("$", FormattableString.Invariant($"is not JSON: line {wrong.LineNumber + 1}, byte {wrong.BytePositionInLine + 1}."));
        }
        catch (InvalidOperationException)
        {
            throw ApiProblems.Body("$", "is not JSON: a name that is no UTF-8 text.");
        }
    }

    private static string Shown(string name) => name.Length <= 100 ? $"$.{name}" : $"$.{name[..100]}…";

    private static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions(DocumentJson.Options)
        {
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            AllowDuplicateProperties = false,
            MaxDepth = DeepestLevels,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
