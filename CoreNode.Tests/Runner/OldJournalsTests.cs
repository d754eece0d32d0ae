using System.Globalization;
using CoreNode.Runner.Logs;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Runner;

/// <summary>How much is kept of units that are gone.</summary>
[TestFixture, Category("Unit")]
internal sealed class OldJournalsTests
{
    [Test]
    public void Journals_of_the_units_that_wrote_last_are_kept_and_those_of_loaded_ones()
    {
        using TestFolder folder = new();
        int count = OldJournals.MostUnits + 10;
        for (int i = 0; i < count; i++)
        {
            Directory.CreateDirectory(folder.File(Name(i)));
            string file = Path.Combine(folder.File(Name(i)), "0000000000000001.journal");
            File.WriteAllText(file, "x");
            File.SetLastWriteTimeUtc(file, new DateTime(2040, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(i));
        }

        OldJournals.Remove(folder.Path, [Name(0), Name(3)]);
        string[] left = [.. Directory.EnumerateDirectories(folder.Path).Select(static p => Path.GetFileName(p)!)];
        string[] expected = [Name(0), Name(3), .. Enumerable.Range(10, OldJournals.MostUnits).Select(Name)];
        Assert.That(left, Is.EquivalentTo(expected));
        OldJournals.Remove(folder.Path, [Name(0), Name(3)]);
        Assert.That(Directory.GetDirectories(folder.Path), Has.Length.EqualTo(expected.Length));
        OldJournals.Remove(folder.File("absent"), []);
    }

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"u{number:000}.service");
}
