using CoreNode.Updates.Omaha;

namespace CoreNode.Updates.Server;

/// <summary>
/// Applications, packages, channels and groups as they are at one moment. Immutable: any thread reads it, and a change
/// makes a new one. Small, so that looking things up means walking lists.
/// </summary>
public sealed record Catalogue
{
    /// <summary>Nothing.</summary>
    public static Catalogue Empty { get; } = new();

    /// <summary>By name.</summary>
    public IReadOnlyList<CatalogueApp> Apps { get; init; } = [];

    /// <summary>By application and number.</summary>
    public IReadOnlyList<CataloguePackage> Packages { get; init; } = [];

    /// <summary>By application, name and board.</summary>
    public IReadOnlyList<CatalogueChannel> Channels { get; init; } = [];

    /// <summary>By number.</summary>
    public IReadOnlyList<CatalogueUpstream> Upstreams { get; init; } = [];

    /// <summary>By application and name.</summary>
    public IReadOnlyList<CatalogueGroup> Groups { get; init; } = [];

    /// <summary>The application of that id (whatever its braces and capitals) or name; null if there is none.</summary>
    public CatalogueApp? FindApp(string idOrName)
    {
        foreach (CatalogueApp app in Apps)
        {
            if (AppId.AreSame(app.Id, idOrName))
                return app;
        }

        foreach (CatalogueApp app in Apps)
        {
            if (app.Name == idOrName)
                return app;
        }

        return null;
    }

    /// <summary>The package of that number; null if there is none.</summary>
    public CataloguePackage? FindPackage(long id)
    {
        foreach (CataloguePackage package in Packages)
        {
            if (package.Id == id)
                return package;
        }

        return null;
    }

    /// <summary>The channel of that number; null if there is none.</summary>
    public CatalogueChannel? FindChannel(long id)
    {
        foreach (CatalogueChannel channel in Channels)
        {
            if (channel.Id == id)
                return channel;
        }

        return null;
    }

    /// <summary>Where a channel's packages come from; null if only from people.</summary>
    public CatalogueUpstream? FindUpstream(long channel)
    {
        foreach (CatalogueUpstream upstream in Upstreams)
        {
            if (upstream.Channel == channel)
                return upstream;
        }

        return null;
    }

    /// <summary>The group of that id or name; null if there is none.</summary>
    public CatalogueGroup? FindGroup(string app, string idOrName)
    {
        CatalogueGroup? named = null;
        foreach (CatalogueGroup group in Groups)
        {
            if (group.App != app)
                continue;
            if (AppId.AreSame(group.Id, idOrName))
                return group;
            if (group.Name == idOrName)
                named = group;
        }

        return named;
    }

    /// <summary>
    /// The group that a machine means: by id, by name, by track and board, by track alone, else its application's
    /// default; null if there is none of these.
    /// </summary>
    public CatalogueGroup? FindGroupOf(CatalogueApp app, string track, string board)
    {
        if (FindGroup(app.Id, track) is { } named)
            return named;
        CatalogueGroup? tracked = null;
        foreach (CatalogueGroup group in Groups)
        {
            if (group.App != app.Id || group.Track.Length == 0 || group.Track != track)
                continue;
            string wanted = group.Channel is { } channel ? FindChannel(channel)?.Board ?? "" : "";
            if (wanted == board)
                return group;
            if (tracked is null || wanted.Length == 0)
                tracked = group;
        }

        return tracked ?? (app.DefaultGroup.Length > 0 ? FindGroup(app.Id, app.DefaultGroup) : null);
    }
}
