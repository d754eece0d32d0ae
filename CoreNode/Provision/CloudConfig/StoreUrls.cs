using System.Net;

namespace CoreNode.Provision.CloudConfig;

/// <summary>Where an etcd is, as CoreOS's services were told.</summary>
internal static class StoreUrls
{
    /// <summary>
    /// The URLs as the option store has them; null if they are this machine's; empty, with a finding, if they are
    /// none.
    /// </summary>
    public static string? Elsewhere(TextItem told, Report report)
    {
        List<string> urls = [];
        bool isElsewhere = false;
        foreach (string part in told.Text.Split(','))
        {
            string text = part.Trim();
            if (text.Length == 0)
                continue;
            string shown = text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}";
            if (!Uri.TryCreate(Placeholders.ForChecks(shown), UriKind.Absolute, out Uri? url)
                || url.Scheme is not ("http" or "https"))
            {
                report.Error(
                    told.Place, told.Key, $"{Report.Shown(text)} is no URL of an etcd",
                    "write one such as http://10.0.0.1:2379");
                return "";
            }

            isElsewhere |= !IsHere(url.Host) && !text.Contains('$', StringComparison.Ordinal);
            urls.Add(shown.TrimEnd('/'));
        }

        return isElsewhere ? string.Join(',', urls) : null;
    }

    private static bool IsHere(string host) => host == "localhost"
        || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address)
            && (IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)));
}
