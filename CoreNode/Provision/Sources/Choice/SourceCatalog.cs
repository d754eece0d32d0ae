using CoreNode.Provision.Sources.Clouds;
using CoreNode.Provision.Sources.Drives;

namespace CoreNode.Provision.Sources.Choice;

/// <summary>Makes sources of words, and of what the machine says.</summary>
/// <param name="options">How they are asked.</param>
/// <param name="signs">What the machine says.</param>
public sealed class SourceCatalog(SourceOptions options, MachineSigns signs)
{
    /// <summary>How long the device of a config drive may take to appear where one is likely.</summary>
    private static readonly TimeSpan s_drivePatience = TimeSpan.FromSeconds(10);

    private static readonly string[] s_oemFolders = ["/usr/share/oem", "/oem"];

    private static readonly string[] s_ignitionArguments =
        ["ignition.config.url", "flatcar.config.url", "coreos.config.url"];

    private readonly List<SourceEntry> _entries = [];
    private readonly List<string> _notes = [];

    /// <summary>The sources of these words, in their order.</summary>
    public static SourcePlan Plan(IReadOnlyList<SourceWord> words, MachineSigns signs, SourceOptions options)
    {
        SourceCatalog catalog = new(options, signs);
        foreach (SourceWord word in words)
            catalog.Add(word);
        return new SourcePlan(catalog._entries, catalog._notes);
    }

    private void Add(SourceWord word)
    {
        switch (word.Kind)
        {
            case SourceKind.Auto:
                AddAuto();
                break;
            case SourceKind.File:
                Add(new FileSource($"file {word.Value}", [word.Value]));
                break;
            case SourceKind.Url:
                Add(new UrlSource(new Uri(word.Value), "", options));
                break;
            case SourceKind.Folder:
                Add(new FolderSource(word.Value));
                break;
            case SourceKind.CommandLine:
                if (!AddCommandLine())
                    _notes.Add("the kernel's command line names no URL: it has neither cloud-config-url= nor "
                        + "ignition.config.url= nor ds=nocloud;s=");
                break;
            case SourceKind.Oem:
                AddOem();
                break;
            case SourceKind.ConfigDrive:
                Add(Drive(DriveLayout.ConfigDrive, Timeout.InfiniteTimeSpan, word.Value));
                break;
            case SourceKind.NoCloud:
                AddNoCloud(new NoCloudSeed(word.Value, ""));
                break;
            case SourceKind.Azure:
                Add(Drive(DriveLayout.Azure, Timeout.InfiniteTimeSpan, word.Value));
                break;
            default:
                AddCloud(word);
                break;
        }
    }

    private void AddAuto()
    {
        AddOem();
        AddCommandLine();
        CloudGuess guess = CloudGuess.Of(signs);
        // A service that answers is no reason to wait for a device; where there is none the device is the source.
        bool isLate = guess.Kind is SourceKind.OpenStack or SourceKind.ConfigDrive;
        if (!isLate)
            Add(Drive(DriveLayout.ConfigDrive, TimeSpan.Zero));
        Add(Drive(DriveLayout.NoCloud, guess.Kind == SourceKind.NoCloud ? s_drivePatience : TimeSpan.Zero));
        if (guess.Kind == SourceKind.Azure)
            Add(new DriveSource(DriveLayout.Azure, "", s_drivePatience, options) { IsPromised = true });
        else if (guess.Kind is { } kind and not (SourceKind.ConfigDrive or SourceKind.NoCloud))
            AddCloud(new SourceWord(kind));
        if (isLate)
            Add(Drive(DriveLayout.ConfigDrive, s_drivePatience));
        _notes.Add(guess.Kind is null ? guess.Reason : $"{guess.Reason}: it is asked");
    }

    private bool AddCommandLine()
    {
        bool hasAny = false;
        foreach (string argument in s_ignitionArguments)
        {
            if (hasAny || UrlOf(argument) is not { } ignition)
                continue;
            hasAny = true;
            if (options.IsFirstBoot)
                Add(new UrlSource(ignition, UrlSource.IgnitionAccept, options), isAdditional: true);
            else
                _notes.Add($"{argument}= is not asked: it counts at the first boot only");
        }

        if (UrlOf("cloud-config-url") is { } cloudConfig)
        {
            Add(new UrlSource(cloudConfig, "", options));
            hasAny = true;
        }

        if (NoCloudSeed.Find(signs) is not { } seed)
            return hasAny;
        AddNoCloud(seed);
        return true;
    }

    private void AddNoCloud(NoCloudSeed seed)
    {
        if (!seed.Place.Contains("://", StringComparison.Ordinal))
            Add(Drive(DriveLayout.NoCloud, Timeout.InfiniteTimeSpan, seed.Place));
        else if (SourceWord.IsWebUrl(seed.Place))
            Add(new NoCloudSource(new Uri(seed.Place), seed.Hostname, options));
        else
            _notes.Add("ds=nocloud;s= is neither an http or https URL nor a path and is not asked");
    }

    private DriveSource Drive(DriveLayout layout, TimeSpan patience, string place = "") =>
        new(layout, place, patience, options);

    private Uri? UrlOf(string argument)
    {
        string text = signs.CommandLine.Value(argument);
        if (text.Length == 0)
            return null;
        if (SourceWord.IsWebUrl(text))
            return new Uri(text);
        _notes.Add($"the kernel argument {argument}= is no http or https URL and is not asked");
        return null;
    }

    private void AddOem()
    {
        AddOem("OEM cloud-config", "cloud-config.yml");
        if (options.IsFirstBoot)
            AddOem("OEM Ignition config", "config.ign");
    }

    private void AddOem(string name, string file)
    {
        string[] paths = Array.ConvertAll(s_oemFolders, folder => $"{options.Root}{folder}/{file}");
        Add(new FileSource(name, paths) { IsOptional = true, IsOem = true }, isAdditional: true);
    }

    private void AddCloud(SourceWord word) => Add(word.Kind switch
    {
        SourceKind.Ec2 => new Ec2Source(Root(word, Ec2Source.Address), options),
        SourceKind.DigitalOcean => new DigitalOceanSource(Root(word, DigitalOceanSource.Address), options),
        SourceKind.OpenStack => new OpenStackSource(Root(word, OpenStackSource.Address), options),
        SourceKind.Gce => new GceSource(Root(word, GceSource.Address), options),
        SourceKind.Packet => new PacketSource(Root(word, PacketSource.Address), options),
        _ => throw new ArgumentOutOfRangeException(nameof(word), word.Kind, "is no cloud"),
    });

    private static Uri Root(SourceWord word, string usual) => new(word.Value.Length == 0 ? usual : word.Value);

    // What was named twice is asked once; the names of URLs leave out what may differ.
    private void Add(IDataSource source, bool isAdditional = false)
    {
        foreach (SourceEntry entry in _entries)
        {
            if (entry.Source.Name == source.Name && source is not (UrlSource or NoCloudSource))
                return;
        }

        _entries.Add(new SourceEntry(source, isAdditional));
    }
}
