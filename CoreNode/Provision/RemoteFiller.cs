using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Provision;

/// <summary>Puts what a configuration only names to where it is named: contents of files, keys of users.</summary>
internal sealed class RemoteFiller(IRemoteContents remotes, string source, List<Finding> findings)
{
    /// <summary>The same with everything in it. What cannot be had is an error among the findings.</summary>
    public async Task<DesiredMachine> FillAsync(
        DesiredMachine desired, FetchOptions options, CancellationToken cancellation)
    {
        if (await AuthoritiesAsync(options, cancellation) is not { } complete)
            return desired;
        List<DesiredFile> files = [];
        foreach (DesiredFile file in desired.Files)
            files.Add(await FileAsync(file, complete, cancellation));
        List<DesiredUser> users = [];
        foreach (DesiredUser user in desired.Users)
            users.Add(await UserAsync(user, cancellation));
        return desired with { Files = files, Users = users };
    }

    // Authorities are fetched by what the system trusts; nothing else is fetched without them.
    private async Task<FetchOptions?> AuthoritiesAsync(FetchOptions options, CancellationToken cancellation)
    {
        List<ContentPart> authorities = [];
        foreach (ContentPart one in options.Authorities)
        {
            ReadOnlyMemory<byte>? content = await PartAsync(
                one, options with { Authorities = [] }, "ignition.security.tls.certificateAuthorities", default,
                cancellation);
            if (content is null)
                return null;
            authorities.Add(new ContentPart(content.Value, null));
        }

        return options with { Authorities = authorities };
    }

    private async Task<DesiredFile> FileAsync(DesiredFile file, FetchOptions options, CancellationToken cancellation)
    {
        IReadOnlyList<ContentPart> parts = file.Remote is null ? file.Parts : [new ContentPart(default, file.Remote)];
        if (parts.Count == 0)
            return file;
        List<byte> content = [];
        foreach (ContentPart part in parts)
        {
            if (await PartAsync(part, options, file.From, file.Place, cancellation) is not { } bytes)
                return file;
            content.AddRange(bytes.Span);
        }

        return file with { Content = content.ToArray(), Remote = null, Parts = [] };
    }

    private async Task<DesiredUser> UserAsync(DesiredUser user, CancellationToken cancellation)
    {
        if (user.SshKeySources.Count == 0)
            return user;
        List<string> keys = [.. user.SshKeys];
        foreach (Uri url in user.SshKeySources)
        {
            ContentPart part = new(default, new RemoteContent(url, false, "", []));
            ReadOnlyMemory<byte>? got = await PartAsync(
                part, FetchOptions.Default, user.From, user.Place, cancellation);
            if (got is not { } content)
                return user;
            try
            {
                foreach (string key in SshKeyAnswer.Read(content))
                {
                    if (!keys.Contains(key))
                        keys.Add(key);
                }
            }
            catch (IOException none)
            {
                Fail(user.From, user.Place, $"{url.Host}: {none.Message}");
                return user;
            }
        }

        return user with { SshKeys = keys, SshKeySources = [] };
    }

    private async Task<ReadOnlyMemory<byte>?> PartAsync(
        ContentPart part, FetchOptions options, string from, TextPlace place, CancellationToken cancellation)
    {
        if (part.Remote is not { } remote)
            return part.Content;
        try
        {
            return await remotes.FetchAsync(remote, options, cancellation);
        }
        catch (IOException fault)
        {
            Fail(from, place, fault.Message);
            return null;
        }
    }

    // "user-data: storage.files[0]" is the input and the key in it.
    private void Fail(string from, TextPlace place, string reason)
    {
        int at = from.LastIndexOf(": ", StringComparison.Ordinal);
        string key = at < 0 ? "" : from[(at + 2)..];
        findings.Add(new Finding(Severity.Error, source, place, key, reason,
            "look whether this machine reaches it (curl -v), and whether it is what it was"));
    }
}
