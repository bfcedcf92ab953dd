using System.Text.Json;

namespace Nines.Probing.Orders;

/// <summary>
/// What a probe has to know after a restart, in a small JSON file that only one holder has at a time. A write is on disk before
/// <see cref="Save"/> returns, whole or not at all. Not safe from several threads.
/// </summary>
internal sealed class KeptFile<T> : IDisposable where T : class, new()
{
    private const int LongestFile = 1 << 20;

    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    private readonly string? path;
    private readonly FileStream? held;

    private KeptFile(string? path, FileStream? held, T value) => (this.path, this.held, Value) = (path, held, value);

    public T Value { get; private set; }

    /// <summary>False for one that lives as long as the process only.</summary>
    public bool IsOnDisk => path is not null;

    public static KeptFile<T> InMemory() => new(null, null, new T());

    /// <param name="folder">Made when it is not there.</param>
    /// <param name="name">Letters, digits, . _ and -; others are replaced.</param>
    /// <exception cref="IOException">Somebody else holds it, or it cannot be read or made.</exception>
    /// <exception cref="InvalidDataException">What is there is not what was written.</exception>
    public static KeptFile<T> Open(string folder, string name)
    {
        var path = Path.Combine(folder, string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '_')) + ".json");
        Directory.CreateDirectory(folder);
        var held = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            return new KeptFile<T>(path, held, Read(path));
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>For what may be lost with the process: it goes to disk with the next <see cref="Save"/>.</summary>
    public void Note(T value) => Value = value;

    /// <exception cref="IOException">It could not be written.</exception>
    public void Save(T value)
    {
        Value = value;
        if (path is null) return;
        var fresh = path + ".new";
        using (var file = new FileStream(fresh, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, value, Format);
            file.Flush(flushToDisk: true);
        }
        File.Move(fresh, path, overwrite: true);
    }

    /// <summary>Lets another holder have it.</summary>
    public void Dispose() => held?.Dispose();

    private static T Read(string path)
    {
        if (!File.Exists(path)) return new T();
        try
        {
            if (new FileInfo(path).Length > LongestFile) throw new InvalidDataException($"{Path.GetFileName(path)} is longer than anything that was written there");
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), Format) ?? throw new InvalidDataException($"{Path.GetFileName(path)} holds nothing");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{Path.GetFileName(path)} is not what was written there: {e.Message}", e);
        }
    }
}
