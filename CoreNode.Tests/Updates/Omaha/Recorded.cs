namespace CoreNode.Tests.Updates.Omaha;

/// <summary>Documents of the protocol in TestData/omaha.</summary>
internal static class Recorded
{
    public static string Text(string name) =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "TestData", "omaha", name));
}
