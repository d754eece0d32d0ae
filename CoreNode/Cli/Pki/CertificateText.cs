using System.Globalization;
using System.Text;

namespace CoreNode.Cli.Pki;

/// <summary>Certificates for people and for programs.</summary>
internal static class CertificateText
{
    /// <summary>A day: "2036-11-18".</summary>
    public static string Day(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Writes the files of one that was made.</summary>
    public static void WriteFiles(TextWriter output, CertificateFiles made)
    {
        output.WriteLine($"  certificate  {made.CertFile}");
        output.WriteLine($"  key          {made.KeyFile}");
        if (made.CaFile != made.CertFile)
            output.WriteLine($"  CA           {made.CaFile}");
    }

    /// <summary>As JSON, with the files.</summary>
    public static string ToJson(CertificateFiles made)
    {
        var text = new StringBuilder();
        AppendFields(text, made.Certificate);
        Append(text, ",\"certFile\":", made.CertFile);
        Append(text, ",\"keyFile\":", made.KeyFile);
        Append(text, ",\"caFile\":", made.CaFile);
        return text.Append('}').ToString();
    }

    /// <summary>As JSON.</summary>
    public static string ToJson(CertificateRecord one)
    {
        var text = new StringBuilder();
        AppendFields(text, one);
        return text.Append('}').ToString();
    }

    private static void AppendFields(StringBuilder text, CertificateRecord one)
    {
        Append(text, "{\"kind\":", one.Kind);
        Append(text, ",\"name\":", one.Name);
        Append(text, ",\"subject\":", one.Subject);
        Append(text, ",\"issuer\":", one.Issuer);
        Append(text, ",\"serial\":", one.Serial);
        text.Append(",\"sans\":[");
        for (int at = 0; at < one.Sans.Count; at++)
            Append(text, at == 0 ? "" : ",", one.Sans[at]);
        Append(text, "],\"notBefore\":", Moment(one.Begins));
        Append(text, ",\"notAfter\":", Moment(one.Expires));
        Append(text, ",\"renewFrom\":", Moment(one.RenewFrom));
    }

    private static void Append(StringBuilder text, string head, string value)
    {
        text.Append(head);
        EtcdJson.AppendString(text, value);
    }

    private static string Moment(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
