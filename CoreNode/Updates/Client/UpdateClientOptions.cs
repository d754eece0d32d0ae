using CoreNode.Updates.Lifecycle;

namespace CoreNode.Updates.Client;

/// <summary>How the client works.</summary>
public sealed record UpdateClientOptions
{
    /// <summary>Where its files are; made if it is absent.</summary>
    public required string Folder { get; init; }

    /// <summary>64 bits of chance.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The lifecycle's numbers.</summary>
    public UpdateSettings Settings { get; init; } = new();

    /// <summary>Between two looks at the health of a version that must prove itself.</summary>
    public TimeSpan HealthInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Between two looks at what makes heavy work wait, while there is some.</summary>
    public TimeSpan HoldInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long there must be no reason to wait before heavy work goes on.</summary>
    public TimeSpan HoldRelease { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Between two looks at settings that say that no server is asked, or none by itself.</summary>
    public TimeSpan SettingsInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Disks are worked on by the loop itself: in the simulator, where they cannot hang.</summary>
    public bool HasNoThreads { get; init; }

    /// <summary>Between two tries of what must succeed before anything else can be done.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(10);
}
