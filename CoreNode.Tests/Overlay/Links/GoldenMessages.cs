using System.Text;
using CoreNode.Overlay.Links;

namespace CoreNode.Tests.Overlay.Links;

/// <summary>
/// Netlink messages as text: for each a line with its name, then its 32-bit words in hex as they stand in memory, eight
/// a line, "-" between messages that belong together and an empty line after it. A message that is not in the file
/// fails with the lines that it would have.
/// </summary>
internal static class GoldenMessages
{
    private const int WordsInLine = 8;
    private const int WordBytes = 4;

    /// <summary>Compares messages with those of the file below TestData/Overlay.</summary>
    public static void Check(string file, string name, MessageWriter messages)
    {
        string path = Path.Combine(TestContext.CurrentContext.TestDirectory, "TestData", "Overlay", file);
        string all = File.ReadAllText(path);
        string head = $"# {name}\n";
        int start = all.IndexOf(head, StringComparison.Ordinal);
        int end = start < 0 ? -1 : all.IndexOf("\n\n", start, StringComparison.Ordinal);
        string expected = start < 0 ? "" : all[start..(end + 1)];
        string actual = head + Text(messages);
        Assert.That(actual, Is.EqualTo(expected), actual);
    }

    private static string Text(MessageWriter messages)
    {
        StringBuilder text = new();
        for (int i = 0; i < messages.Count; i++)
        {
            ReadOnlySpan<byte> bytes = messages.Part(i, 1);
            for (int place = 0; place < bytes.Length; place += WordBytes)
            {
                text.Append(Convert.ToHexStringLower(bytes[place..(place + WordBytes)]));
                bool isEnd = place + WordBytes >= bytes.Length || place / WordBytes % WordsInLine == WordsInLine - 1;
                text.Append(isEnd ? '\n' : ' ');
            }

            if (i + 1 < messages.Count)
                text.Append("-\n");
        }

        return text.ToString();
    }
}
