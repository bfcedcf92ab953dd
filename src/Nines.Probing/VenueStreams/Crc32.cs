using System.Text;

namespace Nines.Probing.VenueStreams;

/// <summary>CRC-32 as ISO 3309 and zlib have it: reflected, polynomial 0xEDB88320. The package that has it is not in reach of every build.</summary>
internal static class Crc32
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(Entry)];

    public static uint Of(string text)
    {
        var sum = 0xFFFF_FFFFu;
        foreach (var one in Encoding.UTF8.GetBytes(text)) sum = Table[(sum ^ one) & 0xFF] ^ (sum >> 8);
        return ~sum;
    }

    private static uint Entry(int number)
    {
        var value = (uint)number;
        for (var bit = 0; bit < 8; bit++) value = (value & 1) != 0 ? (value >> 1) ^ 0xEDB8_8320u : value >> 1;
        return value;
    }
}
