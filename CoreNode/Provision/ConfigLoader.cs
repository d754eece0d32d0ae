using System.Security.Cryptography;
using System.Text;
using CoreNode.Documents;
using CoreNode.Provision.CloudConfig;
using CoreNode.Provision.Ignition;
using CoreNode.Provision.Model;
using CoreNode.Yaml;

namespace CoreNode.Provision;

/// <summary>
/// Makes of all user data what is wanted of the machine: first what its maker says (OEM), then of each input what its
/// source tells (name, keys, addresses) and its parts in their order; the last one wins (<see cref="MachineMerge"/>).
/// </summary>
/// <param name="rules">How they are read.</param>
/// <param name="remotes">Fetches what they name; null: nothing is fetched, and what they name is left open.</param>
public sealed class ConfigLoader(ReadingRules rules, IRemoteContents? remotes)
{
    private readonly List<DesiredMachine> _machines = [];
    private readonly List<Finding> _findings = [];
    private MachineAddresses _addresses = rules.Fallback;
    private string _ignitionSource = "";
    private string _ignitionHash = "";

    /// <summary>Reads them. Once for a loader.</summary>
    public async Task<LoadedConfig> LoadAsync(IReadOnlyList<UserData> inputs, CancellationToken cancellation)
    {
        // What one source tells of the machine holds for the others' texts, too.
        MachineAddresses told = new();
        foreach (UserData input in inputs)
            told = AddressText.Or(told, input.Addresses);
        _addresses = AddressText.Or(told, rules.Fallback);
        for (int round = 0; round < 2; round++)
        {
            foreach (UserData input in inputs)
            {
                if (input.IsOem == (round == 0))
                    await AddAsync(input, cancellation);
            }
        }

        return new LoadedConfig(new ConfigResult(MachineMerge.Of(_machines), _findings))
        {
            IgnitionSource = _ignitionSource,
            IgnitionHash = _ignitionHash,
        };
    }

    private async Task AddAsync(UserData input, CancellationToken cancellation)
    {
        _machines.Add(SourceFacts.Of(input, rules, _findings));
        UserDataParts parts = UserDataReader.Read(input, _addresses);
        _findings.AddRange(parts.Findings);
        foreach (UserDataPart part in parts.Parts)
        {
            switch (part.Kind)
            {
                case UserDataKind.CloudConfig:
                    await AddAsync(CloudConfig(part, input.IsOem), FetchOptions.Default, part.Source, cancellation);
                    break;
                case UserDataKind.Script:
                    string name = part.Name.Length > 0 ? part.Name : "script";
                    DesiredScript script = new(name, part.Content, part.Source, new TextPlace(1, 1));
                    _machines.Add(new DesiredMachine { Scripts = [script] });
                    break;
                case UserDataKind.Ignition:
                    await AddIgnitionAsync(part, cancellation);
                    break;
                default:
                    throw new InvalidOperationException("a kind of user data that there is not");
            }
        }
    }

    private async Task AddAsync(
        ConfigResult read, FetchOptions options, string source, CancellationToken cancellation)
    {
        _findings.AddRange(read.Findings);
        if (remotes is null || read.IsRefused)
        {
            _machines.Add(read.Desired);
            return;
        }

        RemoteFiller filler = new(remotes, source, _findings);
        _machines.Add(await filler.FillAsync(read.Desired, options, cancellation));
    }

    private ConfigResult CloudConfig(UserDataPart part, bool isOem)
    {
        try
        {
            return CloudConfigReader.Read(
                YamlTree.Parse(Encoding.UTF8.GetString(part.Content.Span), part.Shifts.Original),
                part.Source,
                CloudRules(isOem));
        }
        catch (DocumentException broken)
        {
            return new ConfigResult(
                DesiredMachine.Nothing,
                [new Finding(Severity.Error, part.Source, broken.Place, "", broken.What, broken.Advice)]);
        }
    }

    private CloudConfigRules CloudRules(bool isOem) => new()
    {
        Options = rules.Options,
        SshKeyName = rules.SshKeyName,
        IsOem = isOem,
        Earlier = MachineMerge.Of(_machines).Options,
    };

    private async Task AddIgnitionAsync(UserDataPart part, CancellationToken cancellation)
    {
        if (rules.IgnitionAt is { } done)
        {
            _findings.Add(new Finding(
                Severity.Note, part.Source, TextPlace.None, "",
                $"Ignition is applied at the first boot only, which was at {done:yyyy-MM-dd HH:mm:ss}Z: left out",
                "name the file to apply it once more: corenode config apply FILE"));
            return;
        }

        _ignitionSource = part.Source;
        _ignitionHash = Convert.ToHexStringLower(SHA256.HashData(part.Content.Span));
        if (remotes is null)
        {
            IgnitionResult alone = IgnitionReader.Read(part.Content, part.Source, IgnitionRules.Default);
            await AddAsync(Resolved(alone.Config, part), alone.Fetching, part.Source, cancellation);
            return;
        }

        IgnitionAssembly assembly = new(part.Content, part.Source, IgnitionRules.Default);
        while (assembly.Wanted is { } wanted)
        {
            try
            {
                assembly.Provide(await remotes.FetchAsync(wanted, assembly.Fetching, cancellation));
            }
            catch (IOException fault)
            {
                assembly.Fail(fault.Message);
            }
        }

        IgnitionResult whole = assembly.Finish();
        await AddAsync(Resolved(whole.Config, part), whole.Fetching, part.Source, cancellation);
    }

    // Units of CoreOS's services mean the node there, too.
    private ConfigResult Resolved(ConfigResult config, UserDataPart part) =>
        OldUnits.Resolve(config, part.Source, CloudRules(isOem: false));
}
