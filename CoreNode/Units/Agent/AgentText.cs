using CoreNode.Units.Model;

namespace CoreNode.Units.Agent;

/// <summary>A unit's text with what the agent itself reads of it. Immutable.</summary>
/// <param name="Hash">Its hash, 40 hex digits.</param>
public sealed record AgentText(string Hash)
{
    /// <summary>The text, for the unit manager; null once it was loaded, to save the memory.</summary>
    public UnitFile? File { get; init; }

    /// <summary>What it asks for.</summary>
    public UnitRequirements Requirements { get; init; } = UnitRequirements.None;

    /// <summary>
    /// It has an [Install] section: the unit manager starts it with others, also where it is only loaded.
    /// </summary>
    public bool HasInstall { get; init; }

    /// <summary>Units that it is started after, if they are started too: After=, Requires=, BindsTo=, Wants=.</summary>
    public IReadOnlyList<string> Follows { get; init; } = [];

    /// <summary>Keys that are there while it is active and healthy, as they stand for this machine.</summary>
    public IReadOnlyList<UnitAnnouncement> Announcements { get; init; } = [];

    /// <summary>What the agent of a machine reads of a text.</summary>
    public static AgentText Of(UnitName name, UnitFile file, Machine machine)
    {
        UnitRequirements requirements = UnitRequirements.Of(name, file);
        List<UnitAnnouncement> announcements = [];
        foreach (UnitAnnouncement announcement in requirements.Announce)
            announcements.Add(announcement.On(machine));
        List<string> follows = [];
        foreach (string key in (ReadOnlySpan<string>)["After", "Requires", "BindsTo", "Wants"])
        {
            foreach (string value in file.Values("Unit", key))
                AddNames(follows, value, name.Full);
        }

        return new AgentText(file.Hash)
        {
            File = file,
            Requirements = requirements,
            HasInstall = file.HasSection("Install"),
            Follows = follows,
            Announcements = announcements,
        };
    }

    private static void AddNames(List<string> names, string value, string own)
    {
        foreach (string word in value.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (word != own && !names.Contains(word))
                names.Add(word);
        }
    }
}
