using System.Text;

namespace CoreNode.Updates.Server.Books;

/// <summary>
/// Makes texts that many machines have (versions, boards) one string. Bounded whatever comes: a slot holds the text
/// that was asked for last, and one that lost its slot is merely there twice. Owned by one thread.
/// </summary>
internal sealed class TextPool
{
    private const int Slots = 4096;
    private const int MostOnStack = 256;

    private readonly string[] _texts = new string[Slots];

    /// <summary>The same text, shared where it can be.</summary>
    public string Share(string text)
    {
        if (text.Length == 0)
            return "";
        ref string slot = ref _texts[string.GetHashCode(text) & (Slots - 1)];
        if (slot != text)
            slot = text;
        return slot;
    }

    /// <summary>The same from UTF-8, without making a string that is there.</summary>
    public string Share(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length is 0 or > MostOnStack)
            return Encoding.UTF8.GetString(utf8);
        Span<char> room = stackalloc char[MostOnStack];
        ReadOnlySpan<char> text = room[..Encoding.UTF8.GetChars(utf8, room)];
        ref string slot = ref _texts[string.GetHashCode(text) & (Slots - 1)];
        if (slot is null || !text.SequenceEqual(slot))
            slot = text.ToString();
        return slot;
    }
}
